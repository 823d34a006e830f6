/** Reads `+PID` and `-PID` a line; when standard input ends, ends the processes that remain, the last one first. */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { lookUp } from './process-table.ts';

/** Between SIGTERM and SIGKILL, as the demo itself has it. */
const STOP_MS_MAX = 15_000;
const LOOK_MS = 50;

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

async function stop(pid: number): Promise<void> {
  send(pid, 'SIGTERM');
  for (let waited = 0; waited < STOP_MS_MAX && lookUp(pid) !== null; waited += LOOK_MS) await sleep(LOOK_MS);
  if (lookUp(pid) !== null) send(pid, 'SIGKILL');
}

const guarded = new Set<number>();
for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) guarded.add(pid);
  else guarded.delete(pid);
}
for (const pid of [...guarded].toReversed()) await stop(pid);
