import { type Check, type Config, integerOf, readConfig, type Variable } from '@tidewaiter/shared/config';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type FingerprintKeySources, fingerprintKeySourcesOf, fingerprintVariables } from './fingerprint.ts';
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
export const scanVariables = { ...fingerprintVariables, scanWorkers, ...networkVariables, registryUsername, registryPassword };

/** Without keys the run makes a random one. */
export type ScanConfig = Config<typeof scanVariables> & { readonly fingerprintKeys: FingerprintKeySources | null };

const checks: readonly Check<typeof scanVariables>[] = [
  { of: Object.keys(fingerprintVariables) as (keyof typeof fingerprintVariables)[], run: fingerprintKeySourcesOf },
  {
    of: ['registryUsername', 'registryPassword'],
    run: (config) => {
      if ((config.registryUsername === null) !== (config.registryPassword === null)) throw halfAUser();
    },
  },
];

/** @throws config.invalid, config.conflict naming every variable that is wrong. */
export function readScanConfig(env: Readonly<Record<string, string | undefined>>): ScanConfig {
  const config = readConfig(scanVariables, env, checks);
  return { ...config, fingerprintKeys: fingerprintKeySourcesOf(config) };
}

function halfAUser(): TidewaiterError {
  return new TidewaiterError('config.conflict', {
    which: `${registryUsername.name} and ${registryPassword.name}`,
    got: 'one of them',
    want: 'both or neither',
    remedy: 'Set both, or unset the one.',
  });
}
