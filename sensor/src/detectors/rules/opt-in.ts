import { alphabets } from '../alphabets.ts';
import { isPiece, mentionOf, standingOf, textBefore } from '../assignment.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { genericPassword } from './generic-password.ts';
import { lazy } from '../lazy.ts';
import { isMalformed, type Owners, ownersOf } from './owners.ts';
import { isRandom, isUuid, namesNoSecret } from './random-value.ts';

/** Whole words of names that hold secrets; `apikey` and `authtoken` are reached by their first. */
const secretWords = [
  'api',
  'key',
  'keys',
  'token',
  'tokens',
  'secret',
  'secrets',
  'auth',
  'authorization',
  'pass',
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'credential',
  'credentials',
  'creds',
  'cred',
  'access',
  'private',
  'client',
  'bearer',
  'jwt',
  'sig',
  'signature',
  'signing',
  'hmac',
  'salt',
  'oauth',
  'session',
  'cookie',
  'webhook',
  'pat',
  'license',
  'licence',
  'master',
  'encryption',
  'csrf',
  'pin',
  'otp',
  'seed',
] as const;
/** A value as chance makes it, which a name for secrets holds. */
function checkEntropy({ secret, start, end, window }: Candidate, owners: Owners): Found | null {
  const before = textBefore(window.text, start);
  if (isPiece(window.text, start, end)) return null;
  if (!isRandom(secret, before) || isMalformed(secret, before, owners)) return null;
  const mention = mentionOf(before, secretWords);
  if (mention === null || namesNoSecret(mention.identifier)) return null;
  const standing = standingOf(mention);
  if (standing === 'none' || standing === 'around' || (isUuid(secret) && standing !== 'named')) return null;
  return {};
}

const value = (rng: Rng): string => `k7${rng.chars(alphabets.alnum, 28)}4Q`;

/**
 * Known by nothing but a name and the look of a value: off unless asked for by name, and hidden by any rule that knows more.
 *
 * @param others the rules of providers.
 */
export function optInRules(others: readonly Rule[]): readonly Rule[] {
  const owners = lazy(() => ownersOf(others));
  return [
    {
      id: 'generic-high-entropy',
      name: 'Random value that a name for secrets holds',
      facts: ['Generic/High-entropy string (no context)'],
      optIn: true,
      anchors: { words: secretWords, run: [16, 500] },
      pattern: /(?<![A-Za-z0-9_+/.~-])[A-Za-z0-9_+/.~-]{16,512}={0,2}(?![A-Za-z0-9_+/=(-])/,
      around: [192, 520],
      confidence: 'likely',
      rank: -8,
      check: (candidate) => checkEntropy(candidate, owners()),
      examples: (rng) => [`signing_salt: ${value(rng)}\n`, `{"partner": {"sig": "${value(rng)}"}}`],
      nearMisses: (rng) => [
        `public_key = "${value(rng)}"\n`,
        `session_sha256: ${rng.chars(alphabets.hex, 64)}\n`,
        `colour = "${value(rng)}"\n`,
      ],
    },
    genericPassword(owners),
  ];
}
