import t from 'tap';
import { createLog } from '../../src/telemetry/index.ts';

t.test('no key, token or password reaches the log, whatever carries it', (t) => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const secret = 'q'.repeat(43);
  log.info({ headers: { 'x-tidewaiter-key': `plain-${secret}` }, deep: { deeper: { password: 'plain-password' } } }, `made twk_${secret}`);
  log.error({ err: new Error('failed', { cause: new Error(`connect postgres://app:plain-${secret}@db/main`) }) }, 'a sweep failed');
  t.equal(lines.length, 2);
  t.notMatch(lines.join(''), /q{43}|plain-/);
  t.match(JSON.parse(lines[1] ?? ''), { msg: 'a sweep failed', err: { message: 'failed', cause: /postgres:\/\/app:\[redacted\]@db/ } });
  t.end();
});
