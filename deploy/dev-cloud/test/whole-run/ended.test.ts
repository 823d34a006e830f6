import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { Stage } from '@tidewaiter/dev-cloud/demo';

/* The demo says which of its programs ended, and does not stay up without it. */

/** Whole programs start here, on a machine shared with others; tap gives a file 30 s. */
t.setTimeout(240_000);

const main = new URL('../../src/demo/main.ts', import.meta.url).pathname;

function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-ended-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the demo, sends signals to the process that it names when it prints a line like `when`, and waits for its end. */
async function demoUntil(t: Test, words: readonly string[], named: RegExp | null, when: RegExp, ...signals: NodeJS.Signals[]) {
  const folder = folderFor(t);
  const child = spawn(process.execPath, ['--conditions=@tidewaiter/source', main, '--folder', folder, ...words]);
  t.teardown(() => child.kill('SIGTERM'));
  const told = text(child.stderr);
  const ended = once(child, 'close');
  let pid = child.pid ?? 0;
  for await (const line of createInterface({ input: child.stdout })) {
    pid = Number(named?.exec(line)?.[1] ?? pid);
    if (!when.test(line)) continue;
    for (const signal of signals) {
      process.kill(pid, signal);
      await sleep(50);
    }
    break;
  }
  child.stdout.resume();
  const [code] = (await ended) as [number];
  return { code, told: await told, left: readdirSync(folder) };
}

const logOf = (told: string): string => /its log: (\S+\.log)/.exec(told)?.[1] ?? '';

t.test('a sensor that is killed ends the unattended demo, which says so and leaves its log', async (t) => {
  const sensor = /the sensor .*\(process (\d+)\)/;
  const { code, told } = await demoUntil(t, ['--once'], sensor, sensor, 'SIGKILL');
  t.equal(code, 1);
  t.match(told, /^The demo is over: sensor ended on SIGKILL; its log: .*sensor\.log\nlogs and data of this run stay in /);
  t.ok(existsSync(logOf(told)));
});

t.test('a control plane that ends is told while the demo stays up for a person, too', async (t) => {
  const { code, told } = await demoUntil(t, [], /control plane .*\(process (\d+)\)/, /Ctrl-C ends everything/, 'SIGTERM');
  t.equal(code, 1);
  t.match(told, /^The demo is over: control-plane ended with exit code 0; its log: .*control-plane\.log\n/);
  t.ok(existsSync(logOf(told)));
});

t.test('Ctrl-C ends the demo well and leaves nothing behind, though npm passes it on once more', async (t) => {
  const ended = await demoUntil(t, [], null, /Ctrl-C ends everything/, 'SIGINT', 'SIGINT');
  t.strictSame(ended, { code: 0, told: '', left: [] });
});

t.test('a program that ends before it is ready is told, and the others do not stay', async (t) => {
  const stage = Stage.open({ folder: folderFor(t), logLevel: 'loud' });
  await t.rejects(stage, { message: /^control-plane ended with exit code 2; its log: / });
});
