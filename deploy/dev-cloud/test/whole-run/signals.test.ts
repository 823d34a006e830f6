import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { lookUp } from '../../src/demo/process-table.ts';

/* Whenever and however the demo is ended, it says so in one sentence, and nothing of it goes on running. */

/** Whole programs start here, on a machine shared with others; tap gives a file 30 s. */
t.setTimeout(300_000);

const root = new URL('../../../../', import.meta.url).pathname;
const main = join(root, 'deploy/dev-cloud/src/demo/main.ts');
/** The programs drain for 15 s at most, one after another. */
const GONE_MS_MAX = 50_000;

const atOnce = /logs and data of this run/;
const atOffered = /offered {3}scan/;
const whenUp = /Ctrl-C ends everything/;
const demo = [process.execPath, '--conditions=@tidewaiter/source', main];
const npm = ['npm', 'run', '-s', 'demo', '--'];

/** The process and all that descend from it, by Linux' process table. */
function familyOf(pid: number): readonly number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = all.map(Number).filter((candidate) => lookUp(candidate)?.parent === pid);
  return [pid, ...children.flatMap(familyOf)];
}

async function stillRunning(pids: readonly number[]): Promise<readonly string[]> {
  const running = () => pids.flatMap((pid) => lookUp(pid)?.commandLine ?? []);
  for (const deadline = Date.now() + GONE_MS_MAX; running().length > 0 && Date.now() < deadline; ) await sleep(50);
  return running();
}

interface Ending {
  readonly command?: readonly string[];
  readonly words?: readonly string[];
  readonly when: RegExp;
  readonly send: (child: ChildProcess & { readonly pid: number }) => void;
}

/** Starts the demo in a folder of its own, ends it at the first line like `when`, and waits until all of its family is gone. */
async function ended(t: Test, { command = demo, words = [], when, send }: Ending) {
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-signals-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const [program = '', ...args] = [...command, ...words.map((word) => (word === 'FOLDER' ? join(folder, '.demo') : word))];
  const child = spawn(program, args, { cwd: command === npm ? root : folder, detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start`);
  const told = text(child.stderr);
  const exited = once(child, 'exit');
  let family: readonly number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!when.test(line)) continue;
    family = familyOf(pid);
    send(Object.assign(child, { pid }));
    break;
  }
  child.stdout.resume();
  const [code, signal] = (await exited) as [number | null, string | null];
  const running = await stillRunning(family);
  const runs = join(folder, '.demo');
  const left = existsSync(runs) ? readdirSync(runs).flatMap((run) => readdirSync(join(runs, run))) : [];
  return { code, signal, told: await told, left, running, family: family.length };
}

const removed = (signal: string): string =>
  `The demo ended before its summary, asked by ${signal}: its programs have ended, and nothing of this run is left.\n`;

t.test('SIGTERM while a scan is offered ends all, says so and removes what was written', async (t) => {
  const { family, ...end } = await ended(t, { when: atOffered, send: (child) => child.kill('SIGTERM') });
  t.strictSame(end, { code: 143, signal: null, told: removed('SIGTERM'), left: [], running: [] });
  t.equal(family, 5, 'the demo, its guard, cloud, control plane and sensor');
});

for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const) {
  t.test(`${signal} before the first program is ready ends all, too`, async (t) => {
    const { family: _, ...end } = await ended(t, { when: atOnce, send: (child) => child.kill(signal) });
    t.strictSame(end, { code, signal: null, told: removed(signal), left: [], running: [] });
  });
}

t.test('Ctrl-C, which a terminal sends to the whole group, names what lies in a folder of one’s own', async (t) => {
  const { code, told, left, running } = await ended(t, {
    words: ['--once', '--folder', 'FOLDER'],
    when: atOffered,
    send: ({ pid }) => process.kill(-pid, 'SIGINT'),
  });
  t.strictSame([code, running], [130, []]);
  t.match(told, /^The demo ended before its summary, asked by SIGINT: its programs have ended, and \S+ keeps .*owner-token.*\.\n$/);
  for (const name of ['owner-token', 'control-plane.db', 'images']) t.ok(left.includes(name) && told.includes(name), name);
});

t.test('a demo that is killed leaves no program running', async (t) => {
  const { signal, running } = await ended(t, { when: whenUp, send: (child) => child.kill('SIGKILL') });
  t.strictSame([signal, running], ['SIGKILL', []]);
});

t.test('SIGTERM to npm ends the demo that is up, as Ctrl-C does', async (t) => {
  const { told, left, running, family } = await ended(t, {
    command: npm,
    words: ['--folder', 'FOLDER'],
    when: whenUp,
    send: (child) => child.kill('SIGTERM'),
  });
  t.strictSame([told, left, running], ['', [], []]);
  t.ok(family > 5, 'npm and its shell, too');
});

t.test('npm that is killed takes the demo with it', async (t) => {
  const { told, signal, running } = await ended(t, {
    command: npm,
    words: ['--folder', 'FOLDER'],
    when: atOffered,
    send: (child) => child.kill('SIGKILL'),
  });
  t.strictSame([signal, running], ['SIGKILL', []]);
  t.match(told, /^The demo ended before its summary, asked by the end of npm: /);
});
