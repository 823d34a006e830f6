import { alphabets } from '../alphabets.ts';
import { crcBase62 } from '../checksum.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { near } from './near.ts';
import { token } from './token.ts';

const BODY = 30;

/** "Behind GitHub's new authentication token formats" (github.blog, 2021-04-05): the last 6 digits are a CRC-32 in base 62. */
export function checkCrcTail({ secret }: Candidate): Found {
  const body = secret.slice(secret.lastIndexOf('_') + 1);
  const valid = crcBase62(body.slice(0, BODY)) === body.slice(BODY);
  return valid ? { confidence: 'certain', proven: true } : { confidence: 'possible' };
}

export function withCrcTail(prefix: string): (rng: Rng) => string {
  return (rng) => {
    const body = rng.chars(alphabets.alnum, BODY);
    return prefix + body + crcBase62(body);
  };
}

const facts = ['GitHub/Classic PAT / OAuth / user-to-server / refresh', 'GitHub/App installation token (stateless)'];
const classic = (id: string, name: string, prefix: string): Rule =>
  token({ id, name, facts, prefix, body: 'alnum', length: 36, check: checkCrcTail, example: withCrcTail(prefix) });

export const rules: readonly Rule[] = [
  classic('github-pat', 'GitHub personal access token', 'ghp_'),
  classic('github-oauth-token', 'GitHub OAuth access token', 'gho_'),
  classic('github-user-token', 'GitHub user-to-server token', 'ghu_'),
  classic('github-refresh-token', 'GitHub refresh token', 'ghr_'),
  classic('github-app-token', 'GitHub App installation token', 'ghs_'),
  {
    id: 'github-app-jwt-token',
    facts: ['GitHub/App installation token (stateless)'],
    name: 'GitHub App installation token (stateless)',
    anchors: { prefixes: ['ghs_'] },
    pattern: /ghs_[0-9]{1,12}_eyJ[A-Za-z0-9_-]{10,400}\.eyJ[A-Za-z0-9_-]{10,900}\.[A-Za-z0-9_-]{20,700}/,
    around: [128, 2100],
    confidence: 'likely',
    prefix: 'ghs_',
    rank: 1,
    examples: (rng) => [`ghs_${rng.below(900000) + 100000}_${jwtLike(rng)}`],
    nearMisses: (rng) => [`ghs_${rng.below(900000) + 100000}_`, `ghs_app_${jwtLike(rng)}`],
  },
  token({
    id: 'github-fine-grained-pat',
    facts: ['GitHub/Fine-grained PAT'],
    name: 'GitHub fine-grained personal access token',
    prefix: 'github_pat_',
    body: 'alnum',
    length: 22,
    tail: '_[A-Za-z0-9]{59}',
    example: (rng) => `github_pat_${rng.chars(alphabets.alnum, 22)}_${rng.chars(alphabets.alnum, 59)}`,
  }),
  ...near([
    {
      id: 'github-legacy-token',
      name: 'GitHub token of the old form',
      words: ['github'],
      value: /[a-f0-9]{40}/,
      facts: ['GitHub/Legacy OAuth/PAT hex'],
      namesMore: true,
    },
  ]),
];

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwtLike(rng: Rng): string {
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iss: rng.below(1e6), iat: 1_790_000_000 })}.${rng.chars(alphabets.url, 342)}`;
}
