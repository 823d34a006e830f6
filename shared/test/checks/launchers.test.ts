import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import t from 'tap';

/* The launchers say what is missing on a Node.js that is too old for the program, so one that old must parse them. */

const launchers = ['sensor/bin/tidewaiter-sensor.js', 'control-plane/bin/tidewaiter-control-plane.js'];
const textOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** esbuild refuses a top-level await for this target; operators of Node.js 14 it would rewrite, so those are looked for by name. */
const parseAsNode12 = (text: string): string => transformSync(text, { target: 'node12.22', format: 'esm', logLevel: 'silent' }).code;

for (const path of launchers) {
  t.test(`Node.js 12 parses ${path}`, (t) => {
    const text = textOf(path);
    t.doesNotThrow(() => parseAsNode12(text));
    t.notMatch(text, /\?\.[^\d]|\?\?/, 'no operator that Node.js 14 brought');
    t.throws(() => parseAsNode12(`${text}\nawait import('node:fs');`), /await/, 'a top-level await is refused');
    t.end();
  });

  t.test(`${path} passes on the exit code of its program`, (t) => {
    const program = new URL(`../../../${path}`, import.meta.url).pathname;
    const { status, stderr } = spawnSync(process.execPath, [program, 'no-such-command'], { encoding: 'utf8' });
    t.equal(status, 2);
    t.notMatch(stderr, /work undone/);
    t.end();
  });
}
