import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { LayerFinding } from '@tidewaiter/shared/findings';
import t from 'tap';
import {
  agreeOnSchema,
  CLAIM_DIGESTS_MAX,
  decodeFrame,
  encodeFrame,
  failureOf,
  FINDINGS_PER_PAGE,
  FRAME_BYTES_MAX,
  frames,
  frameText,
  LEASES_MAX,
  Silence,
  SOCKET_SILENCE_MS_MAX,
  VERSIONS_MAX,
} from '@tidewaiter/shared/protocol';

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
  t.strictSame(decodeFrame('{"v":1,"type":"later","id":"1","body":{}}'), { known: false, why: 'type', type: 'later', id: '1' });
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
  const reason = (bytes: number): string => 'é'.repeat((bytes - rest) / 2) + 'x'.repeat((bytes - rest) % 2);
  t.equal(new TextEncoder().encode(encodeFrame('1', 'goodbye', { reason: reason(FRAME_BYTES_MAX) })).length, FRAME_BYTES_MAX);
  t.throws(() => encodeFrame('1', 'goodbye', { reason: reason(FRAME_BYTES_MAX + 1) }), { code: 'protocol.frame-too-large' });
  t.throws(() => decodeFrame(padded(FRAME_BYTES_MAX + 1)), { code: 'protocol.frame-too-large' });
  t.throws(() => encodeFrame('1', 'goodbye', { reason: 'é'.repeat(FRAME_BYTES_MAX / 2) }), { code: 'protocol.frame-too-large' });
  t.end();
});

t.test('a grown peer may send more members', (t) => {
  t.match(decodeFrame('{"v":1,"type":"accept","id":"1","body":{"assignmentId":"a","later":1}}'), { known: true });
  t.end();
});

t.test('a payload says the schema it is written in; one of another schema is told apart before anything of it is read', (t) => {
  const frame = (type: string, body: unknown): string => JSON.stringify({ v: 1, type, id: '7', body });
  for (const [type, body] of [
    ['report', { reportId: 'r', schema: 2, report: 'whatever schema 2 has' }],
    ['accepted', { schema: 2, task: null }],
  ] as const) {
    const error = {
      code: 'protocol.schema-unsupported',
      message: new RegExp(`${type} frame.*got schema 2, want one of 1.*one minor release`),
    };
    t.match(decodeFrame(frame(type, body)), { known: false, why: 'schema', type, id: '7', error });
  }
  for (const schema of [undefined, null, '1', 1.5])
    t.throws(() => decodeFrame(frame('report', { reportId: 'r', schema, report: {} })), { code: 'protocol.frame-invalid' }, String(schema));
  t.match(decodeFrame(frame('accept', { assignmentId: 'a', schema: 2 })), { known: true }, 'where there is no payload it is any member');
  t.end();
});

t.test('the largest schema that both read is spoken; without one both sides are named', (t) => {
  t.equal(agreeOnSchema('hello', { protocols: [9, 1], schemas: [7, 1, 3] }), 1);
  t.throws(() => agreeOnSchema('hello', { protocols: [2], schemas: [1] }), {
    code: 'protocol.version-unsupported',
    message: /hello \(got protocols 2, want protocol 1\)/,
  });
  for (const [schemas, got] of [
    [[2, 3], '2, 3'],
    [[], 'none'],
  ] as const)
    t.throws(() => agreeOnSchema('hello', { protocols: [1], schemas }), {
      code: 'protocol.schema-unsupported',
      message: new RegExp(`hello \\(got schemas ${got}, want one of 1\\)`),
      facts: { remedy: /one minor release apart/ },
    });
  t.end();
});

const engine = { fingerprintKeyId: '0123456789abcdef', engineVersion: 't', ruleSetHash: 'a'.repeat(64), limitsHash: 'b'.repeat(64) };
const grant = { assignmentId: 'a', attempt: 1 };
const digest = `sha256:${'c'.repeat(64)}`;

t.test('leases, claimed digests and findings of a frame are bounded, each at its bound', (t) => {
  const progress = { phase: 'layers', layersDone: 0, layersTotal: 0, bytesDone: 0, bytesTotal: 0 } as const;
  const finding: LayerFinding = {
    detector: 'test-key',
    confidence: 'certain',
    fingerprints: [{ keyId: engine.fingerprintKeyId, value: 'd'.repeat(64) }],
    preview: 'p',
    path: 'p',
    pathHash: 'e'.repeat(16),
    parentHashes: [],
    line: 1,
    column: 1,
    offset: 0,
    superseded: false,
    inFile: true,
  };
  const of = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
  const rest = { sensorVersion: '1', protocols: [1], schemas: [1], engine, concurrency: 1, clock: '2026-01-01T00:00:00Z' };
  const page = { kind: 'layer-page', digest, engine, page: 0 } as const;
  const bounds = [
    [LEASES_MAX, (count: number) => encodeFrame('1', 'hello', { ...rest, leases: of(count, grant) })],
    [LEASES_MAX, (count: number) => encodeFrame('1', 'heartbeat', { leases: of(count, { grant, progress }) })],
    [CLAIM_DIGESTS_MAX, (count: number) => encodeFrame('1', 'claim', { grant, engine, digests: of(count, digest) })],
    [
      FINDINGS_PER_PAGE,
      (count: number) => encodeFrame('1', 'report', { reportId: 'r', schema: 1, report: { ...page, findings: of(count, finding) } }),
    ],
  ] as const;
  for (const [max, frameOf] of bounds) {
    t.match(decodeFrame(frameOf(max)), { known: true });
    t.throws(() => decodeFrame(frameOf(max + 1)), { code: 'protocol.frame-invalid' });
  }
  t.end();
});

t.test('a time is RFC 3339 in UTC', (t) => {
  const frame = (expiresAt: string): string => encodeFrame('1', 'token', { token: 't', expiresAt });
  for (const good of ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123Z', '2026-01-01T00:00:00.123456789Z'])
    t.match(decodeFrame(frame(good)), { known: true }, good);
  for (const bad of ['', '2026-01-01', '2026-01-01T00:00:00', '2026-01-01T00:00:00+01:00', '2026-01-01T00:00:00.1234567890Z', 'now'])
    t.throws(() => decodeFrame(frame(bad)), { code: 'protocol.frame-invalid', message: /expiresAt/ }, bad);
  t.end();
});

t.test('a message is read in whatever parts it came; a binary one is no frame', (t) => {
  const bytes = new TextEncoder().encode('\uFEFFaé€😀');
  const parts = Array.from(bytes, (byte) => Uint8Array.of(byte));
  for (const data of [bytes, bytes.buffer, parts, [bytes.subarray(0, 6), bytes.subarray(6)]])
    t.equal(frameText(data, false), '\uFEFFaé€😀');
  t.equal(frameText(bytes, true), '');
  t.end();
});

t.test('a socket is pinged at two thirds of the silence it may keep, and cut beyond it', (t) => {
  const [third, most] = [SOCKET_SILENCE_MS_MAX / 3, SOCKET_SILENCE_MS_MAX];
  const silence = new Silence(1_000);
  const look = (...at: readonly number[]): readonly string[] => at.map((ms) => silence.look(1_000 + ms));
  t.strictSame(look(0, 2 * third - 1, 2 * third, 2 * third + 1, most, most + 1), ['wait', 'wait', 'ping', 'wait', 'wait', 'cut']);
  silence.heard(1_000 + most + 1);
  t.strictSame(look(most + 1, 4 * third, 2 * most + 1, 2 * most + 2), ['wait', 'ping', 'ping', 'cut']);
  t.end();
});

t.test('hello lists as many versions as the bound says, and not one more', (t) => {
  const rest = { sensorVersion: '1', engine, concurrency: 1, leases: [], clock: '2026-01-01T00:00:00.000Z' };
  const hello = (count: number) => ({ ...rest, protocols: [1], schemas: Array.from({ length: count }, (_, at) => at + 1) });
  t.match(decodeFrame(encodeFrame('1', 'hello', hello(VERSIONS_MAX))), { known: true });
  t.throws(() => decodeFrame(encodeFrame('1', 'hello', hello(VERSIONS_MAX + 1))), { code: 'protocol.frame-invalid', message: /schemas/ });
  t.end();
});

t.test('no frame can carry a finding with plaintext', (t) => {
  t.equal(JSON.stringify(frames.report).includes('"secret"'), false);
  t.end();
});

t.test('what an error says on the wire is cut at its bounds, and no frame is refused for it', (t) => {
  const failure = failureOf(new TidewaiterError('internal', { which: 'x'.repeat(5_000), remedy: 'y'.repeat(5_000) }));
  t.same([failure.detail.length, failure.remedy?.length], [2_048, 1_024]);
  t.match(decodeFrame(encodeFrame('1', 'error', failure)), { known: true });
  for (const longer of [{ detail: 'x'.repeat(2_049) }, { remedy: 'y'.repeat(1_025) }, { code: 'z'.repeat(65) }])
    t.throws(() => decodeFrame(encodeFrame('1', 'error', { ...failure, ...longer })), { code: 'protocol.frame-invalid' });
  t.end();
});
