import { randomUUID } from 'node:crypto';
import { openSpool } from '../../src/reports/index.ts';
import { outcomeOf, pageOf } from './reports.ts';

/*
 * Puts three reports into the spool of the folder it is given: a small one, one larger than the disk has room for, and, once that was
 * given up, an outcome. Says what became of each.
 */
const [folder = '', bytes = ''] = process.argv.slice(2);
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
await spool.put(outcomeOf(), never);
const { code, message } = failure as { readonly code: string; readonly message: string };
process.stdout.write(JSON.stringify({ code, message, whileFull, after: spool.hasRoomForWork, count: spool.count }));
