import t from 'tap';
import { decodeFrame, encodeFrame, FRAME_BYTES_MAX, frames } from '@tidewaiter/shared/protocol';

t.test('a frame comes back as it went', (t) => {
  const text = encodeFrame('1', 'accept', { assignmentId: 'a' });
  t.strictSame(decodeFrame(text), { known: true, frame: { v: 1, type: 'accept', id: '1', body: { assignmentId: 'a' } } });
  t.strictSame(decodeFrame(encodeFrame('2', 'ack', {}, '1')), {
    known: true,
    frame: { v: 1, type: 'ack', id: '2', replyTo: '1', body: {} },
  });
  t.end();
});

t.test('an unknown type is told, not refused; names of Object are no types', (t) => {
  t.strictSame(decodeFrame('{"v":1,"type":"later","id":"1","body":{}}'), { known: false, type: 'later', id: '1' });
  t.match(decodeFrame('{"v":1,"type":"constructor","id":"1","body":{}}'), { known: false });
  t.end();
});

t.test('what is no frame is refused by name', (t) => {
  for (const bad of [
    '',
    'x',
    '[]',
    '{}',
    '{"v":1,"type":"ack"}',
    '{"v":"1","type":"ack","id":"1","body":{}}',
    '{"v":1,"type":"accept","id":"1","body":{}}',
    'null',
  ]) {
    t.throws(() => decodeFrame(bad), { code: 'protocol.frame-invalid' }, bad);
  }
  t.throws(() => decodeFrame('{"v":2,"type":"ack","id":"1","body":{}}'), { code: 'protocol.version-unsupported' });
  t.throws(() => decodeFrame('{"v":1,"type":"accept","id":"1","body":{"assignmentId":7}}'), { message: /accept frame.*\/assignmentId/ });
  t.end();
});

t.test('a frame of exactly the limit passes, one byte more does not', (t) => {
  const rest = encodeFrame('1', 'goodbye', { reason: '' }).length;
  const padded = (bytes: number): string => encodeFrame('1', 'goodbye', { reason: '' }).slice(0, -1) + ' '.repeat(bytes - rest) + '}';
  t.match(decodeFrame(padded(FRAME_BYTES_MAX)), { known: true });
  t.throws(() => decodeFrame(padded(FRAME_BYTES_MAX + 1)), { code: 'protocol.frame-too-large' });
  t.throws(() => encodeFrame('1', 'goodbye', { reason: 'é'.repeat(FRAME_BYTES_MAX / 2) }), { code: 'protocol.frame-too-large' });
  t.end();
});

t.test('a grown peer may send more members', (t) => {
  t.match(decodeFrame('{"v":1,"type":"accept","id":"1","body":{"assignmentId":"a","later":1}}'), { known: true });
  t.end();
});

t.test('no frame can carry a finding with plaintext', (t) => {
  t.equal(JSON.stringify(frames.report).includes('"secret"'), false);
  t.end();
});
