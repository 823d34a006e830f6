import { alphabets } from '../alphabets.ts';
import { looksIssued } from '../issued.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';

type Claims = Readonly<Record<string, unknown>>;

const pattern = /eyJ[A-Za-z0-9_-]{10,1000}\.eyJ[A-Za-z0-9_-]{8,6000}\.(?<signature>[A-Za-z0-9_-]{0,1400})(?![A-Za-z0-9_-])/;
/** RFC 7518 HMAC-SHA-256 signatures have 43 characters; none is shorter. */
const SIGNATURE_MIN = 40;

function decode(part: string | undefined): Claims | null {
  try {
    const text = Buffer.from(part ?? '', 'base64url').toString('utf8');
    // Thrown errors cost more than all the rest.
    if (!text.startsWith('{') || !text.endsWith('}')) return null;
    const value: unknown = JSON.parse(text);
    return isClaims(value) ? value : null;
  } catch {
    return null;
  }
}

const isClaims = (value: unknown): value is Claims => typeof value === 'object' && value !== null && !Array.isArray(value);

interface Jwt {
  readonly header: Claims;
  readonly payload: Claims;
  readonly signed: boolean;
}

/** Header with `alg` and payload, both JSON objects (RFC 7519); null for anything else. */
function jwtOf({ secret, groups }: Candidate): Jwt | null {
  const [first, second] = secret.split('.');
  const header = decode(first);
  const payload = decode(second);
  if (header === null || payload === null || typeof header['alg'] !== 'string') return null;
  const signed = header['alg'].toLowerCase() !== 'none' && (groups['signature']?.length ?? 0) >= SIGNATURE_MIN;
  return { header, payload, signed };
}

/** The token every tutorial shows: `{"sub":"1234567890","name":"John Doe"}`. */
function isSample({ payload }: Jwt): boolean {
  return payload['sub'] === '1234567890' || payload['name'] === 'John Doe' || payload['iss'] === 'joe';
}

/** A service account's token is issued by the cluster and names its namespace (Kubernetes docs, "Service account tokens"). */
function isServiceAccount({ payload }: Jwt): boolean {
  return payload['iss'] === 'kubernetes/serviceaccount' || typeof payload['kubernetes.io'] === 'object';
}

/** RFC 7519, 4.1. A token that says neither who nor when is an example more often than a credential. */
const hasRegisteredClaim = ({ payload }: Jwt): boolean =>
  ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'].some((claim) => claim in payload);

/** Expired before there were such tokens (seconds of 2001): a test with a clock of its own. */
const TEST_CLOCK_MAX = 1e9;
const isOfTestClock = ({ payload }: Jwt): boolean => typeof payload['exp'] === 'number' && payload['exp'] < TEST_CLOCK_MAX;

const isSupabase = ({ payload }: Jwt): boolean => payload['iss'] === 'supabase' && typeof payload['role'] === 'string';

/** A signature as chance makes it. */
const proofOf = ({ groups }: Candidate): Found => ({ proven: looksIssued(groups['signature'] ?? '') });

function checkPlain(candidate: Candidate): Found | null {
  const jwt = jwtOf(candidate);
  if (jwt === null || isSample(jwt) || isServiceAccount(jwt) || isSupabase(jwt)) return null;
  // Long random texts spell anything: what decodes is no placeholder.
  return jwt.signed && hasRegisteredClaim(jwt) && !isOfTestClock(jwt) ? proofOf(candidate) : { confidence: 'possible' };
}

const checkThat =
  (is: (jwt: Jwt) => boolean) =>
  (candidate: Candidate): Found | null => {
    const jwt = jwtOf(candidate);
    return jwt?.signed && is(jwt) ? proofOf(candidate) : null;
  };

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const make = (rng: Rng, payload: Claims, header: Claims = { alg: 'HS256', typ: 'JWT' }): string =>
  `${part(header)}.${part(payload)}.${rng.chars(alphabets.url, 43)}`;
const around = [16, 9000] as const;
/** The header ends at a dot. */
const anchors = { prefixes: ['eyJ'], span: [13, 1003] } as const;

export const rules: readonly Rule[] = [
  {
    id: 'jwt',
    facts: [
      'JWT/JSON Web Token',
      'scalr/scalr-api-access-token.1',
      'temporal/temporal-cloud-api-key.1',
      'appfollow/Appfollow API Token',
      'calendly/Calendly API Key',
      'calendly/Calendly Personal Access Token',
      'conversiontools/ConversionTools API Key',
      'documo/Documo API Key',
      'flightlabs/FlightLabs API Key',
      'lemonsqueezy/LemonSqueezy API Token',
      'livestorm/Livestorm API Key',
      'monday/Monday API Key',
      'monday/Monday.com API Key',
      'reallysimplesystems/ReallySimpleSystems API Key',
      'rentman/Rentman API Key',
      'voicegain/Voicegain API Key',
      'wrike/Wrike API Key',
      'cloudconvert/CloudConvert API Key',
      'paperform/Paperform API Key',
      'storychief/Storychief API Key',
      'formbucket/FormBucket API Key',
    ],
    name: 'JSON Web Token',
    anchors,
    pattern,
    around,
    confidence: 'likely',
    prefix: 'eyJ',
    rank: -1,
    check: checkPlain,
    examples: (rng) => [make(rng, { sub: `user-${rng.below(1000)}`, iat: 1_790_000_000 })],
    nearMisses: (rng) => [
      make(rng, { sub: '1234567890', name: 'John Doe' }),
      make(rng, { role: 'anon', iss: 'supabase' }),
      make(rng, { sub: 'a' }, { typ: 'JWT' }),
      `${part({ alg: 'HS256' })}.${part({ a: 1 })}`,
    ],
  },
  {
    id: 'kubernetes-service-account-token',
    facts: ['Kubernetes/Service-account token'],
    name: 'Kubernetes service account token',
    anchors,
    pattern,
    around,
    confidence: 'likely',
    prefix: 'eyJ',
    check: checkThat(isServiceAccount),
    examples: (rng) => [make(rng, { iss: 'kubernetes/serviceaccount', sub: `system:serviceaccount:ns${rng.below(100)}:ci` })],
    nearMisses: (rng) => [make(rng, { iss: 'someone' })],
  },
  {
    id: 'supabase-service-role-key',
    facts: ['Supabase/Management / secret / service_role'],
    name: 'Supabase service role key',
    anchors,
    pattern,
    around,
    confidence: 'likely',
    prefix: 'eyJ',
    check: checkThat((jwt) => isSupabase(jwt) && jwt.payload['role'] === 'service_role'),
    examples: (rng) => [make(rng, { iss: 'supabase', ref: rng.chars(alphabets.lowerAlnum, 20), role: 'service_role' })],
    nearMisses: (rng) => [make(rng, { iss: 'supabase', role: 'anon' })],
  },
];
