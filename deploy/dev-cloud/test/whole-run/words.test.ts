import { spawnSync } from 'node:child_process';
import t from 'tap';
import { plantSecrets } from '@tidewaiter/dev-cloud/demo';
import { printReady, printSummary } from '../../src/demo/print.ts';
import type { Summary } from '../../src/demo/summary.ts';

const main = new URL('../../src/demo/main.ts', import.meta.url).pathname;

t.test('the demo says its words when asked', (t) => {
  const { status, stdout } = spawnSync(process.execPath, ['--conditions=@tidewaiter/source', main, '--help'], { encoding: 'utf8' });
  t.equal(status, 0);
  for (const word of ['--once', '--json', '--seed', '--push', '--folder']) t.ok(stdout.includes(word), word);
  t.end();
});

t.test('another seed plants other secrets in the same places, as the help says', (t) => {
  const placesOf = (seed: number) => plantSecrets(seed).planted.map((planted) => ({ ...planted, secret: '' }));
  const secretsOf = (seed: number) => plantSecrets(seed).planted.map(({ secret }) => secret);
  t.strictSame(placesOf(7), placesOf(1));
  const first = new Set(secretsOf(1));
  t.strictSame(
    secretsOf(7).filter((secret) => first.has(secret)),
    [],
  );
  t.end();
});

t.test('where the API is goes to standard error when standard output is a JSON summary', (t) => {
  const [log, error] = [t.capture(console, 'log'), t.capture(console, 'error')];
  printReady('http://127.0.0.1:1', '/runs/1', true);
  t.strictSame([log().length, error().length], [0, 1]);
  printReady('http://127.0.0.1:1', '/runs/1', false);
  t.strictSame([log().length, error().length], [1, 0]);
  t.end();
});

t.test('a wrong word of the demo is told in one line before anything starts', async (t) => {
  const folder = t.testdir({});
  const wrong = {
    '--push=oci:/no/such/layout': /--push wants an OCI image layout, got \/no\/such\/layout/,
    '--push=/no/such/layout': /--push wants oci:DIR/,
    '--seed=x': /--seed wants an integer, got x/,
    '--no-such-word': /Unknown option '--no-such-word'/,
  };
  for (const [word, told] of Object.entries(wrong)) {
    const words = ['--conditions=@tidewaiter/source', main, '--once', '--folder', `${folder}/runs`, word];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    t.strictSame([status, stdout], [2, ''], word);
    t.match(stderr, told);
    t.notMatch(stderr, / at .*:\d+/, 'no stack');
  }
});

t.test('the table of incidents ends with those of images of one’s own', (t) => {
  const log = t.capture(console, 'log');
  const occurrence = { rootDigest: 'sha256:1', platform: null, visibility: 'visible' };
  const incident = (id: string, at: string, repository: string): Summary['incidents'][number] => ({
    id,
    fingerprint: id,
    detector: 'github-pat',
    confidence: 'certain',
    severity: 'critical',
    preview: 'ghp_…(40)',
    status: 'triggered',
    createdAt: '2026-01-01T00:00:00Z',
    occurrences: [{ ...occurrence, repository, location: { path: at } }],
  });
  const place = { detector: 'github-pat', place: 'a file', repository: 'shop/api', path: 'planted.txt', visibility: 'visible' };
  printSummary({
    ok: true,
    images: [],
    planted: [{ ...place, incidents: ['1'] }],
    incidents: [incident('1', 'planted.txt', 'shop/api'), incident('2', 'mine\u001b[31m.txt', 'own/image-1')],
    unplanted: [],
  });
  const lines = log.args().flat().join('\n').split('\n');
  t.match(lines, [/^$/, /^Incidents$/, /ok .*shop\/api: planted\.txt/, /own .*critical +own\/image-1: mine\?\[31m\.txt/]);
  t.end();
});
