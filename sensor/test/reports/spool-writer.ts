import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSpool } from '../../src/reports/index.ts';
import { outcomeOf, pageOf } from './reports.ts';

/*
 * Puts three reports into the spool of the folder it is given: a small one, one larger than the disk has room for, and, once that was
 * given up, an outcome. Says what became of each. With a third word, room is made instead of the outcome being put.
 */
const [folder = '', bytes = '', room = ''] = process.argv.slice(2);
const spool = await openSpool({
  folder,
  bytesMax: 1 << 30,
  newId: () => randomUUID(),
  onSetAside: () => undefined,
  onFull: () => undefined,
});
const never = new AbortController().signal;
await spool.put(pageOf(100), never);
const failure: unknown = await spool.put(pageOf(Number(bytes)), AbortSignal.timeout(1_500)).catch((error: unknown) => error);
const whileFull = spool.hasRoomForWork;
if (room === '') await spool.put(outcomeOf(), never);
else {
  execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited']);
  for (let tries = 0; tries < 100 && !spool.hasRoomForWork; tries++) await sleep(100);
}
const { code, message } = failure as { readonly code: string; readonly message: string };
process.stdout.write(JSON.stringify({ code, message, whileFull, after: spool.hasRoomForWork, count: spool.count }));
