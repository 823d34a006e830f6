import { type Config, readConfig, type Variable } from '@tidewaiter/shared/config';
import { fingerprintKeyFile } from './fingerprint.ts';

/** Past this many layers at once memory grows and nothing gets faster: inflate runs on the cores there are. */
const WORKERS_MAX = 64;

export const scanWorkers: Variable<number | null> = {
  name: 'TIDEWAITER_SCAN_WORKERS',
  type: 'integer',
  unit: 'threads',
  fallbackText: 'the number of cores',
  meaning: `Layers read at once, each by a thread of its own; 1 to ${WORKERS_MAX}.`,
  parse: (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > WORKERS_MAX) throw new Error(`an integer from 1 to ${WORKERS_MAX}`);
    return value;
  },
  fallback: () => null,
};

/** The variables of `tidewaiter-sensor scan`. */
export const scanVariables = { fingerprintKeyFile, scanWorkers };

/** @throws config.invalid naming the variable. */
export const readScanConfig = (env: Readonly<Record<string, string | undefined>>): Config<typeof scanVariables> =>
  readConfig(scanVariables, env);
