import { destination } from 'pino';
import { openContext } from '../app.ts';
import { type ControlPlaneConfig, readControlPlaneConfig } from '../config/index.ts';
import type { Context } from '../storage/index.ts';
import { createLog } from '../telemetry/index.ts';

const STDERR = 2;

export const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** The system's clocks. */
export const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** The log of every command: standard error, so that standard output holds answers only. */
export const logOf = ({ logLevel }: ControlPlaneConfig) => createLog(logLevel, destination({ dest: STDERR, sync: true }));

/** Runs `work` on the configured database, without a server, and closes it again. */
export async function withContext(
  work: (context: Context, config: ControlPlaneConfig, makeRandom: typeof random) => Promise<void>,
): Promise<void> {
  const config = readControlPlaneConfig();
  const context = await openContext(config, { ...clock, random, log: logOf(config) });
  try {
    await work(context, config, random);
  } finally {
    await context.store.close();
  }
}
