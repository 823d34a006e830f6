import fc from 'fast-check';
import t from 'tap';
import { readConfig } from '@tidewaiter/shared/config';
import { errorCodes, failureLines, hasCode, problemOf, TidewaiterError } from '@tidewaiter/shared/errors';
import { isUuidv7, uuidv7 } from '@tidewaiter/shared/ids';
import { isDigest, parseDigest, platformName } from '@tidewaiter/shared/images';
import { decodeCursor, encodeCursor } from '@tidewaiter/shared/lists';
import { describeError, maskedLine } from '@tidewaiter/shared/logs';
import { parseRegistryUrl } from '@tidewaiter/shared/registries';

t.test('an error says what, which, got, want and remedy', (t) => {
  const error = new TidewaiterError('config.invalid', { which: 'PORT', got: '"x"', want: 'a number', remedy: 'Correct PORT.' });
  t.equal(error.message, 'A configuration variable is not valid: PORT (got "x", want a number). Correct PORT.');
  t.ok(hasCode(error, 'config.invalid'));
  t.notOk(hasCode(new Error('x'), 'config.invalid'));
  t.end();
});

t.test('a problem holds every member, and what is not ours says nothing of its inside', (t) => {
  for (const code of Object.keys(errorCodes) as (keyof typeof errorCodes)[]) {
    const problem = problemOf(new TidewaiterError(code, { which: 'it' }));
    t.strictSame(Object.keys(problem), ['type', 'title', 'status', 'code', 'detail', 'remedy', 'retryable']);
    t.equal(problem.retryable, errorCodes[code].retryable);
  }
  t.notMatch(problemOf(new Error('password=hunter2')).detail, /hunter2/);
  t.end();
});

t.test('what ends a program is one line with its code at the end; the stack of what is not ours follows', (t) => {
  const error = new TidewaiterError('config.invalid', {
    which: 'PORT',
    got: 'two\n  lines\u202e\u001b[2J',
    want: 'a number',
    remedy: 'Correct it.',
  });
  t.equal(
    failureLines('program', error),
    'program: A configuration variable is not valid: PORT (got two lines\\u{202e}\\u{1b}[2J, want a number). Correct it. [config.invalid]\n',
  );
  t.match(failureLines('program', new Error('x')), /^program: Something went wrong .*\[internal\]\nError: x\n {4}at .*\n$/s);
  t.match(failureLines('program', 'x'), /^program: .*\[internal\]\n$/);
  t.end();
});

t.test('a UUIDv7 carries its time and sorts by it', (t) => {
  const at = (ms: number): string => uuidv7(ms, new Uint8Array(10).fill(0xff));
  t.ok(isUuidv7(at(1_700_000_000_000)));
  t.equal(Number.parseInt(at(1_700_000_000_000).replaceAll('-', '').slice(0, 12), 16), 1_700_000_000_000);
  t.ok(at(1_700_000_000_000) < at(1_700_000_000_001));
  t.end();
});

t.test('a cursor comes back as it went, and a made-up one is refused', (t) => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (key) => decodeCursor(encodeCursor(key)) === key));
  t.throws(() => decodeCursor('***'), { code: 'request.invalid' });
  t.end();
});

t.test('only sha256 digests in lower case are digests', (t) => {
  t.ok(isDigest(`sha256:${'a1'.repeat(32)}`));
  for (const bad of [
    `sha256:${'A1'.repeat(32)}`,
    `sha512:${'a1'.repeat(64)}`,
    `sha256:${'a1'.repeat(31)}`,
    '',
    `sha256:${'a1'.repeat(32)}\n`,
  ]) {
    t.throws(() => parseDigest(bad), { code: 'reference.invalid' }, bad);
  }
  t.equal(platformName({ os: 'linux', architecture: 'arm64', variant: 'v8' }), 'linux/arm64/v8');
  t.end();
});

t.test('registry URLs of every partition are told apart', (t) => {
  const good: readonly (readonly [string, string])[] = [
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'eu-west-1'],
    ['https://123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/', 'us-gov-west-1'],
    ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', 'us-east-1'],
    ['123456789012.dkr-ecr.eu-west-1.on.aws', 'eu-west-1'],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
  ];
  for (const [url, region] of good) t.match(parseRegistryUrl(url), { provider: 'ecr', account: '123456789012', region }, url);
  for (const url of ['public.ecr.aws', 'registry.example.com:5000', '127.0.0.1:5000'])
    t.match(parseRegistryUrl(url), { provider: 'oci' }, url);
  t.end();
});

t.test('look-alikes of ECR are refused', (t) => {
  const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  const bad = [
    `${host}.evil.test`,
    `user@${host}`,
    `${host}:443`,
    `${host}.`,
    host.toUpperCase(),
    host.replace('1234', '12x4'),
    `http://${host}`,
    `${host}/repo`,
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com',
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com.cn',
    '123456789012.dkr-ecr.eu-west-1.amazonaws.com',
    `xn--${host}`,
    host.replace('.', '。'),
  ];
  for (const url of bad) t.throws(() => parseRegistryUrl(url), { code: 'reference.invalid' }, url);
  t.end();
});

t.test('configuration names the variable, what it holds and what it should', (t) => {
  const port = {
    name: 'PORT',
    type: 'integer',
    fallbackText: '8080',
    meaning: 'where to listen',
    parse: (text: string) => {
      if (!/^\d+$/.test(text)) throw new Error('a port number');
      return Number(text);
    },
    fallback: () => 8080,
  };
  const key = {
    name: 'KEY',
    type: '32 bytes, base64',
    fallbackText: null,
    meaning: 'seals keys',
    secret: true,
    parse: (text: string): string => {
      throw new Error(`32 bytes, not ${text.length}`);
    },
  };
  t.strictSame(readConfig({ port }, {}), { port: 8080 });
  t.strictSame(readConfig({ port }, { PORT: '1' }), { port: 1 });
  t.throws(() => readConfig({ port }, { PORT: 'x' }), { message: /PORT \(got "x", want a port number\)/ });
  t.throws(() => readConfig({ key }, {}), { code: 'config.invalid', message: /KEY/ });
  t.throws(() => readConfig({ key }, { KEY: 'hunter2' }), { message: /^(?!.*hunter2)/ });
  const both = {
    code: 'config.invalid',
    message: /2 faults.*\(1\) PORT: got "x", want a port number\. .*\(2\) KEY: got nothing.* Set KEY/,
  };
  t.throws(() => readConfig({ port, key }, { PORT: 'x' }), both, 'all that is wrong is named at once');
  let asked = 0;
  const checks = [
    {
      of: ['port' as const],
      run: () => {
        asked += 1;
        throw new TidewaiterError('config.conflict', { which: 'PORT and HOST', got: 'both', want: 'one' });
      },
    },
  ];
  t.throws(() => readConfig({ port, key }, { PORT: '1' }, checks), {
    message: /2 faults.*\(1\) KEY.*\(2\) PORT and HOST: got both, want one/,
  });
  t.throws(() => readConfig({ port }, { PORT: '1' }, checks), { code: 'config.conflict', message: /^(?!.*faults)/ });
  t.throws(() => readConfig({ port }, { PORT: 'x' }, checks), { code: 'config.invalid', message: /^(?!.*HOST)/ });
  t.equal(asked, 2, 'what cannot be read is not compared');
  t.end();
});

t.test('a line of a log loses what looks like a secret, and keeps the rest', (t) => {
  const secret = 'q'.repeat(43);
  t.equal(maskedLine(`sent twk_${secret} to x`), 'sent [redacted] to x');
  t.equal(maskedLine(`Authorization: Bearer ${secret};`), 'Authorization: Bearer [redacted];');
  t.equal(maskedLine(`postgres://app:${secret}@db:5432/main`), 'postgres://app:[redacted]@db:5432/main');
  t.equal(maskedLine(`https://b/l?X-Amz-Signature=${secret}&x=1`), 'https://b/l?X-Amz-Signature=[redacted]&x=1');
  t.equal(maskedLine('http://127.0.0.1:8080/a@b sha256:00'), 'http://127.0.0.1:8080/a@b sha256:00');
  t.end();
});

t.test('an error is logged by what it says; only one that is not ours shows where it happened', (t) => {
  const cause = new Error('the disk');
  const ours = describeError(new TidewaiterError('internal', { which: 'x', cause }));
  t.match(ours, { name: 'TidewaiterError', code: 'internal', cause: 'Error: the disk' });
  t.notOk('stack' in ours);
  t.match(describeError(new TypeError('odd')), { name: 'TypeError', message: 'odd', stack: /contracts/ });
  t.strictSame(describeError('thrown'), { message: 'thrown' });
  t.end();
});
