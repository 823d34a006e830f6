import {
  type Check,
  type Config,
  integerOf,
  isLoopbackHost,
  logLevels,
  oneOf,
  readConfig,
  shownText,
  type Variable,
} from '@tidewaiter/shared/config';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { detectorVariables } from './detectors.ts';
import { type FingerprintKeySources, fingerprintKeySourcesOf, fingerprintVariables } from './fingerprint.ts';
import { networkVariables } from './network.ts';
import { scanWorkers } from './scan.ts';

const MIB = 2 ** 20;
/** One frame and its neighbours must fit, or nothing could ever be reported. */
const SPOOL_MIB_MIN = 8;
/** As the API takes it. */
const NAME_CHARACTERS_MAX = 128;

/** The variables of `tidewaiter-sensor run`. */
export const daemonVariables = {
  controlPlaneUrl: {
    name: 'TIDEWAITER_CONTROL_PLANE_URL',
    type: 'https URL without path, query or trailing slash',
    fallbackText: null,
    meaning: 'the control plane that this sensor works for, as its TIDEWAITER_PUBLIC_URL has it.',
    parse: parseControlPlaneUrl,
  } satisfies Variable<string>,
  enrolmentToken: optional(
    'TIDEWAITER_ENROLMENT_TOKEN',
    'text',
    'Enrolment token; used once, before the sensor has keys of its own.',
    true,
  ),
  enrolmentTokenFile: optional('TIDEWAITER_ENROLMENT_TOKEN_FILE', 'path', 'File that holds the same instead; read again at every try.'),
  sensorName: {
    ...optional('TIDEWAITER_SENSOR_NAME', `text of 1 to ${NAME_CHARACTERS_MAX} characters`, 'Name of the sensor as people see it.'),
    fallbackText: 'the host name',
    parse: parseName,
  } satisfies Variable<string | null>,
  stateDir: {
    name: 'TIDEWAITER_STATE_DIR',
    type: 'path',
    fallbackText: '/var/lib/tidewaiter-sensor',
    meaning: 'Folder (0700) of the sensor’s keys and of reports that are not acknowledged yet. Keep it over restarts.',
    parse: (text) => text,
    fallback: () => '/var/lib/tidewaiter-sensor',
  } satisfies Variable<string>,
  ...fingerprintVariables,
  policyFile: optional(
    'TIDEWAITER_POLICY_FILE',
    'path of a JSON file',
    'What this sensor may be told to do; without it only the account and region of its own AWS identity, no role, no OCI host.',
  ),
  ...detectorVariables,
  concurrency: integer('TIDEWAITER_CONCURRENCY', [1, 64], 2, 'Assignments worked on at once.', 'assignments'),
  scanWorkers,
  spoolMib: integer('TIDEWAITER_SPOOL_MIB_MAX', [SPOOL_MIB_MIN, 65_536], 256, 'Room for reports that wait to be acknowledged.', 'MiB'),
  drainSeconds: integer('TIDEWAITER_DRAIN_SECONDS', [0, 3_600], 25, 'How long running work may go on after SIGTERM.', 'seconds'),
  ...networkVariables,
  logLevel: {
    name: 'TIDEWAITER_LOG_LEVEL',
    type: `one of ${logLevels.join(', ')}`,
    fallbackText: 'info',
    meaning: 'How much is logged, as JSON lines on standard error.',
    parse: (text) => oneOf(text, logLevels),
    fallback: () => 'info',
  } satisfies Variable<string>,
} as const;

/** What the daemon's variables say, read and checked. */
export type DaemonConfig = Config<typeof daemonVariables> & { readonly fingerprintKeys: FingerprintKeySources };

const checks: readonly Check<typeof daemonVariables>[] = [
  { of: Object.keys(fingerprintVariables) as (keyof typeof fingerprintVariables)[], run: requiredKeys },
  {
    of: ['enrolmentToken', 'enrolmentTokenFile'],
    run: ({ enrolmentToken, enrolmentTokenFile }) => {
      if (enrolmentToken !== null && enrolmentTokenFile !== null) throw tokenTwice();
    },
  },
  {
    of: ['controlPlaneUrl', 'allowPlainLoopback'],
    run: ({ controlPlaneUrl, allowPlainLoopback }) => refusePlainUrl(controlPlaneUrl, allowPlainLoopback),
  },
];

/** @throws config.invalid, config.conflict naming every variable that is wrong. */
export function readDaemonConfig(env: Readonly<Record<string, string | undefined>>): DaemonConfig {
  const config = readConfig(daemonVariables, env, checks);
  return { ...config, fingerprintKeys: requiredKeys(config) };
}

function requiredKeys(config: Config<typeof daemonVariables>): FingerprintKeySources {
  const sources = fingerprintKeySourcesOf(config);
  if (sources === null) throw keyMissing();
  return sources;
}

function tokenTwice(): TidewaiterError {
  return new TidewaiterError('config.conflict', {
    which: 'TIDEWAITER_ENROLMENT_TOKEN and TIDEWAITER_ENROLMENT_TOKEN_FILE',
    got: 'both',
    want: 'one of them',
    remedy: 'Unset one.',
  });
}

/** Plain http or ws to the control plane is for loopback alone, and there under the switch. */
function refusePlainUrl(text: string, allowPlainLoopback: boolean): void {
  const { protocol, hostname } = new URL(text);
  const isLoopback = isLoopbackHost(hostname);
  if (protocol === 'https:' || (isLoopback && allowPlainLoopback)) return;
  throw new TidewaiterError('config.invalid', {
    which: daemonVariables.controlPlaneUrl.name,
    got: shownText(text),
    want: 'https',
    remedy: isLoopback
      ? 'For development on this machine set TIDEWAITER_ALLOW_PLAIN_LOOPBACK=true.'
      : 'Use https; plain http is possible on loopback only.',
  });
}

function keyMissing(): TidewaiterError {
  return new TidewaiterError('config.invalid', {
    which: fingerprintVariables.fingerprintKeyFile.name,
    got: 'nothing',
    want: 'a file of 32 random bytes, the same for all sensors of a workspace',
    remedy: `Make one with \`tidewaiter-sensor keygen FILE\` and set the variable to it, or ${fingerprintVariables.fingerprintKey.name} to its base64.`,
  });
}

/** The text is kept as it is: it is the audience of every assertion. */
function parseControlPlaneUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (isPlain && url.pathname === '/' && !text.endsWith('/')) return text;
  throw new Error('https://HOST without user, path, query or trailing slash');
}

function parseName(text: string): string {
  if (text.length <= NAME_CHARACTERS_MAX) return text;
  throw new Error(`at most ${NAME_CHARACTERS_MAX} characters`);
}

function optional(name: string, type: string, meaning: string, secret = false): Variable<string | null> {
  return { name, type, fallbackText: null, meaning, secret, parse: (text) => text, fallback: () => null };
}

function integer(
  name: string,
  [minimum, maximum]: readonly [number, number],
  fallback: number,
  meaning: string,
  unit: string,
): Variable<number> {
  const type = `integer from ${minimum} to ${maximum}`;
  const parse = (text: string): number => integerOf(text, minimum, maximum);
  return { name, type, unit, fallbackText: String(fallback), meaning, parse, fallback: () => fallback };
}

/** Bytes of the spool. */
export const spoolBytesOf = ({ spoolMib }: Pick<DaemonConfig, 'spoolMib'>): number => spoolMib * MIB;
