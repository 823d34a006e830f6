import { spawnSync } from 'node:child_process';
import t from 'tap';

const main = new URL('../../src/demo/main.ts', import.meta.url).pathname;

t.test('the demo says its words when asked', (t) => {
  const { status, stdout } = spawnSync(process.execPath, ['--conditions=@tidewaiter/source', main, '--help'], { encoding: 'utf8' });
  t.equal(status, 0);
  for (const word of ['--once', '--json', '--seed', '--push', '--folder']) t.ok(stdout.includes(word), word);
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
