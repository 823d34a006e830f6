import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { ALNUM, BASE64, DIGITS, HEX, LOWER, URL_SAFE } from './alphabets.ts';
import { bech32, crc36, crc62, crcBase64, crcHex, crcHexLowFirst } from './checksums.ts';
import type { Rng } from './rng.ts';
import { assigned, type SecretGenerator } from './sample.ts';

/** 30 random characters and their CRC-32 in base 62. */
function withCrc62(prefix: string, rng: Rng): string {
  const body = rng.chars(ALNUM, 30);
  return prefix + body + crc62(body);
}

/** GitLab's routable token: payload, a version, the payload's length in base 36, and a CRC-32 over all before it. */
function gitlabRoutable(rng: Rng): string {
  const payload = rng.chars(URL_SAFE, 36);
  const signed = `glpat-${payload}.01.${payload.length.toString(36).padStart(2, '0')}`;
  return signed + crc36(signed);
}

function grafanaServiceAccount(rng: Rng): string {
  const head = `glsa_${rng.chars(ALNUM, 32)}`;
  return `${head}_${crcHexLowFirst(head)}`;
}

function atlassian(rng: Rng): string {
  const head = `ATATT3xFfGF0${rng.chars(URL_SAFE, 172)}=`;
  return head + crcHex(head).toUpperCase();
}

const base64Json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const base64UrlJson = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwtHs256(rng: Rng, payload: unknown): string {
  const signed = `${base64UrlJson({ alg: 'HS256', typ: 'JWT' })}.${base64UrlJson(payload)}`;
  return `${signed}.${createHmac('sha256', rng.bytes(32)).update(signed).digest('base64url')}`;
}

function jwtRs256(payload: unknown): string {
  const signed = `${base64UrlJson({ alg: 'RS256', kid: 'k1' })}.${base64UrlJson(payload)}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

/** Confluent: `cflt`, 54 characters, and 6 of the CRC-32 over them. */
function confluent(rng: Rng): string {
  const body = rng.chars(BASE64, 54);
  return `cflt${body}${crcBase64(body)}`;
}

/** Sentry: `sntrys_`, the claims (iat, url, region_url, org) in base64 JSON, and 43 random characters (sentry's RFC 91). */
function sentryOrganisation(rng: Rng): string {
  const claims = {
    iat: 1_790_000_000.5 + rng.below(1e6),
    url: 'https://sentry.io',
    region_url: 'https://us.sentry.io',
    org: rng.chars(LOWER, 7),
  };
  return `sntrys_${base64Json(claims)}_${rng.bytes(32).toString('base64').replace(/=+$/, '')}`;
}

const field = (type: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([type, bytes.length]), bytes]);

/** A version 2 macaroon (libmacaroons): location, identifier, no caveat, signature. */
function pypiMacaroon(rng: Rng): string {
  const id = Buffer.from(JSON.stringify({ version: 1, permissions: 'user', user: rng.chars(HEX, 32) }));
  const end = Buffer.from([0]);
  const parts = [Buffer.from([2]), field(1, Buffer.from('pypi.org')), field(2, id), end, end, field(6, rng.bytes(32))];
  return `pypi-${Buffer.concat(parts).toString('base64url')}`;
}

function discord(rng: Rng): string {
  const id = Buffer.from(`1${rng.chars(DIGITS, 17)}`).toString('base64url');
  return `${id}.G${rng.chars(ALNUM, 5)}.${rng.chars(URL_SAFE, 37)}k`;
}

const uuid = (rng: Rng): string => [8, 4, 4, 4, 12].map((length) => rng.chars(HEX, length)).join('-');

const generators: Readonly<Record<string, readonly [variable: string, make: (rng: Rng) => string]>> = {
  'github-pat': ['GITHUB_TOKEN', (rng) => withCrc62('ghp_', rng)],
  'github-oauth-token': ['GH_OAUTH', (rng) => withCrc62('gho_', rng)],
  'github-user-token': ['GH_USER', (rng) => withCrc62('ghu_', rng)],
  'github-refresh-token': ['GH_REFRESH', (rng) => withCrc62('ghr_', rng)],
  'github-app-token': ['GH_APP', (rng) => withCrc62('ghs_', rng)],
  'github-app-jwt-token': ['GH_APP_JWT', (rng) => `ghs_${rng.below(9e5) + 1e5}_${jwtRs256({ iss: rng.below(1e6), iat: 1_790_000_000 })}`],
  'npm-token': ['NPM_TOKEN', (rng) => withCrc62('npm_', rng)],
  'gitlab-routable-token': ['CI_TOKEN', gitlabRoutable],
  'grafana-service-account-token': ['GRAFANA_TOKEN', grafanaServiceAccount],
  'grafana-cloud-token': [
    'GRAFANA_CLOUD_TOKEN',
    (rng) => `glc_${base64Json({ o: String(rng.below(1e6)), n: 'ci-reader', k: rng.chars(ALNUM, 24), m: { r: 'eu' } })}`,
  ],
  'grafana-api-key': ['GRAFANA_KEY', (rng) => base64Json({ k: rng.chars(ALNUM, 32), n: 'ci', id: 1 })],
  'atlassian-api-token': ['JIRA_TOKEN', atlassian],
  'aws-bedrock-api-key': [
    'AWS_BEARER_TOKEN_BEDROCK',
    (rng) =>
      `ABSK${Buffer.from(`BedrockAPIKey-${rng.chars(LOWER, 4)}-at-${rng.chars(DIGITS, 12)}:${rng.chars(URL_SAFE, 60)}`).toString('base64')}`,
  ],
  'age-secret-key': [
    'AGE_KEY',
    (rng) =>
      bech32(
        'age-secret-key-',
        Array.from({ length: 52 }, () => rng.below(32)),
      ).toUpperCase(),
  ],
  'confluent-cloud-api-secret': ['CONFLUENT_API_SECRET', confluent],
  'sentry-organisation-token': ['SENTRY_AUTH_TOKEN', sentryOrganisation],
  'pypi-token': ['TWINE_PASSWORD', pypiMacaroon],
  'jfrog-reference-token': [
    'JFROG_TOKEN',
    (rng) => Buffer.from(`reftkn:01:17${rng.chars(DIGITS, 8)}:${rng.chars(ALNUM, 27)}`).toString('base64'),
  ],
  'discord-bot-token': ['DISCORD_TOKEN', discord],
  'heroku-legacy-api-key': ['HEROKU_API_KEY', uuid],
  jwt: ['SESSION_JWT', (rng) => jwtHs256(rng, { sub: `u-${rng.chars(HEX, 12)}`, iat: 1_790_000_000, scope: 'admin' })],
  'kubernetes-service-account-token': [
    'KUBE_TOKEN',
    (rng) => jwtRs256({ iss: 'kubernetes/serviceaccount', sub: `system:serviceaccount:${rng.chars(LOWER, 6)}:deployer` }),
  ],
  'supabase-service-role-key': [
    'SUPABASE_SERVICE_ROLE',
    (rng) => jwtHs256(rng, { iss: 'supabase', ref: rng.chars(LOWER, 20), role: 'service_role', iat: 1_790_000_000 }),
  ],
};

/** Tokens with a checksum, a signature or an inner structure, all of it valid. */
export const structuredTokens: readonly SecretGenerator[] = Object.entries(generators).map(([detector, [variable, make]]) => ({
  detector,
  make: (rng) => assigned(variable, make(rng)),
}));
