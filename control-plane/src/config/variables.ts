import { booleanOf, integerOf, logLevels, oneOf, type Variable } from '@tidewaiter/shared/config';

/** The control plane's environment variables: the README's table is checked against this one. */
export const variables = {
  databaseUrl: text('TIDEWAITER_DATABASE_URL', 'sqlite:./tidewaiter.db', 'where the database is: sqlite:PATH or postgres://…', database),
  listenHost: text('TIDEWAITER_LISTEN_HOST', '127.0.0.1', 'address the HTTP server listens on'),
  listenPort: {
    name: 'TIDEWAITER_LISTEN_PORT',
    type: 'integer from 0 to 65535 (0: the system chooses)',
    fallbackText: '8080',
    meaning: 'port the HTTP server listens on',
    parse: (value: string) => integerOf(value, 0, 65_535),
    fallback: () => 8080,
  } satisfies Variable<number>,
  publicUrl: optional('TIDEWAITER_PUBLIC_URL', 'https URL without port, path or trailing slash', {
    meaning: 'URL under which AWS, sensors and people reach this control plane; the OIDC issuer is this URL + /exposed',
  }),
  sensorUrls: {
    name: 'TIDEWAITER_SENSOR_URLS',
    type: 'http or https URLs without path or trailing slash, separated by commas',
    fallbackText: null,
    meaning: 'further URLs by which sensors reach this control plane, inside the network say; a sensor signs for the URL it uses',
    parse: (value: string) => value.split(',').map(origin),
    fallback: () => [],
  } satisfies Variable<readonly string[]>,
  developmentUrls: flag(
    'TIDEWAITER_DEVELOPMENT_URLS',
    'allow a public URL that AWS could not reach (http, port, IP address, localhost); never in production',
  ),
  keyEncryptionKey: optional('TIDEWAITER_KEY_ENCRYPTION_KEY', '32 bytes in base64', {
    meaning: 'key that seals the issuer’s private keys in the database; required outside development',
    secret: true,
  }),
  keyEncryptionKeyFile: optional('TIDEWAITER_KEY_ENCRYPTION_KEY_FILE', 'path', { meaning: 'file that holds the same instead' }),
  ownerToken: optional('TIDEWAITER_OWNER_TOKEN', 'tw_ and 43 base64url characters', {
    meaning: 'owner token of the first workspace, instead of a generated one',
    secret: true,
  }),
  ownerTokenFile: optional('TIDEWAITER_OWNER_TOKEN_FILE', 'path', { meaning: 'file that holds the same instead' }),
  ownerTokenOutputFile: optional('TIDEWAITER_OWNER_TOKEN_OUTPUT_FILE', 'path', {
    meaning: 'where a generated owner token is written (0600) when standard output is no terminal',
    fallbackText: 'owner-token beside the SQLite database, or in the working directory',
  }),
  logLevel: {
    name: 'TIDEWAITER_LOG_LEVEL',
    type: `one of ${logLevels.join(', ')}`,
    fallbackText: 'info',
    meaning: 'how much is logged, as JSON lines on standard error',
    parse: (value: string) => oneOf(value, logLevels),
    fallback: () => 'info',
  } satisfies Variable<string>,
  bodyBytesMax: {
    name: 'TIDEWAITER_BODY_BYTES_MAX',
    type: 'integer from 1024 to 1048576',
    unit: 'bytes',
    fallbackText: '65536',
    meaning: 'largest request body of the API; webhook bodies are held to 65536 always',
    parse: (value: string) => integerOf(value, 1_024, 1_048_576),
    fallback: () => 65_536,
  } satisfies Variable<number>,
} as const;

function text(name: string, fallback: string, meaning: string, parse: (value: string) => string = (value) => value): Variable<string> {
  return { name, type: 'text', fallbackText: fallback, meaning, parse, fallback: () => fallback };
}

function optional(
  name: string,
  type: string,
  facts: { readonly meaning: string; readonly secret?: boolean; readonly fallbackText?: string },
): Variable<string | null> {
  const { meaning, secret = false, fallbackText = null } = facts;
  return { name, type, fallbackText, meaning, secret, parse: (value) => value, fallback: () => null };
}

function flag(name: string, meaning: string): Variable<boolean> {
  return { name, type: 'true or false', fallbackText: 'false', meaning, parse: booleanOf, fallback: () => false };
}

function origin(value: string): string {
  const url = value.trim();
  if (!URL.canParse(url) || new URL(url).origin !== url) throw new Error('URLs like https://HOST or http://HOST:PORT, separated by commas');
  return url;
}

function database(value: string): string {
  if (!/^(sqlite:.+|postgres(ql)?:\/\/.+)$/.test(value)) throw new Error('sqlite:PATH or postgres://USER@HOST/DATABASE');
  // pg takes an empty host, for a socket, as URLs do not (pg-connection-string, index.js).
  const isReadable = value.startsWith('sqlite:') || URL.canParse(value.replace('@/', '@socket/'));
  if (!isReadable) throw new Error('postgres://USER@HOST:PORT/DATABASE, with / @ ? # of a password percent-encoded');
  return value;
}
