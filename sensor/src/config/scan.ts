import { type Config, integerOf, readConfig, type Variable } from '@tidewaiter/shared/config';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { fingerprintKeyFile } from './fingerprint.ts';
import { networkVariables } from './network.ts';
import { registryPassword, registryUsername } from './registry.ts';

/** Past this many layers at once memory grows and nothing gets faster: inflate runs on the cores there are. */
const WORKERS_MAX = 64;

export const scanWorkers: Variable<number | null> = {
  name: 'TIDEWAITER_SCAN_WORKERS',
  type: 'integer',
  unit: 'threads',
  fallbackText: 'the number of cores',
  meaning: `Layers read at once, each by a thread of its own; 1 to ${WORKERS_MAX}.`,
  parse: (text) => integerOf(text, 1, WORKERS_MAX),
  fallback: () => null,
};

/** The variables of `tidewaiter-sensor scan`. */
export const scanVariables = { fingerprintKeyFile, scanWorkers, ...networkVariables, registryUsername, registryPassword };

export type ScanConfig = Config<typeof scanVariables>;

/** @throws config.invalid naming the variable, config.conflict naming both. */
export function readScanConfig(env: Readonly<Record<string, string | undefined>>): ScanConfig {
  const config = readConfig(scanVariables, env);
  if ((config.registryUsername === null) === (config.registryPassword === null)) return config;
  throw new TidewaiterError('config.conflict', {
    which: `${registryUsername.name} and ${registryPassword.name}`,
    got: 'one of them',
    want: 'both or neither',
    remedy: 'Set both, or unset the one.',
  });
}
