import type { Spool, SpoolOptions } from './spool.ts';

/** Opens the spool of a daemon. Loaded on demand: it checks reports against their schemas, which a one-shot never needs. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const spool = await import('./spool.ts');
  return spool.Spool.open(options);
}
