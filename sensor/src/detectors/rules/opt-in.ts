import { alphabets } from '../alphabets.ts';
import { mentionOf, standingOf, textBefore } from '../assignment.ts';
import { looksIssued } from '../issued.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { genericPassword } from './generic-password.ts';
import { isMalformed, type Owners, ownersOf } from './owners.ts';

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
/** Below this a value says more of a language than of chance (Shannon, bits a character). */
const ENTROPY_MIN = 3;
const ENTROPY_HEX_MIN = 2.7;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Keys that are published: OpenSSH's and PEM's of public keys and certificates, subresource integrity. */
const published = /^(?:AAAA[BCE][23]|MII[A-Za-z0-9+/]{1,4}I?jAN|MIGf|MFkw|MCow|LS0tLS1CRUdJTiBD|sha(?:256|384|512)-)/;
/** What stands before a ciphertext: Jasypt's and sops' values, Spring's, Ansible's. */
const sealed = /(?:ENC\(|ENC\[[^\]\n]{0,400}|\{cipher\}|!vault\b[^\n]{0,20}\n[^\n]{0,80}|\$ANSIBLE_VAULT[^\n]{0,40}\n\s{0,20})["']?$/;
/** Keys made for web pages, and addresses of accounts in a chain. */
const publicByDesign = /^(?:pk_(?:live|test)_|6L[A-Za-z0-9_-]{38}$|0x[0-9a-fA-F]{40}$)/;
/** Names beside a secret's that are none of their own. */
const besideSecret =
  /public|publishable|site_?key|(?<![a-z])pub(?![a-z])|hash|digest|sha\d|md5|checksum|integrity|fingerprint|thumbprint|_?ids?$|[a-z]Ids?$|name$|path$|file$|url$|uri$/i;

function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}

/** Base64 whose bytes are readable, which is text and no key. */
function isEncodedText(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(value)) return false;
  const bytes = Buffer.from(value, 'base64');
  return bytes.filter((byte) => byte >= 32 && byte < 127).length >= bytes.length * 0.95;
}

/** A value as chance makes it, which a name for secrets holds. */
function checkEntropy({ secret, start, window }: Candidate, owners: Owners): Found | null {
  const hex = /^(?:0x)?[0-9a-f]+$/i.test(secret);
  if (!looksIssued(secret) || entropyOf(secret) < (hex ? ENTROPY_HEX_MIN : ENTROPY_MIN)) return null;
  if (published.test(secret) || isEncodedText(secret) || /^\/[a-z_.-]{2,}\/|(?:\/[a-z_.-]{3,}){2}/.test(secret)) return null;
  const before = textBefore(window.text, start);
  if (sealed.test(before) || publicByDesign.test(secret) || isMalformed(secret, before, owners)) return null;
  const mention = mentionOf(before, secretWords);
  if (mention === null || besideSecret.test(mention.identifier)) return null;
  const standing = standingOf(mention);
  if (standing === 'none' || (uuid.test(secret) && standing !== 'named')) return null;
  return {};
}

const value = (rng: Rng): string => `k7${rng.chars(alphabets.alnum, 28)}4Q`;

/**
 * Known by nothing but a name and the look of a value: off unless asked for by name, and hidden by any rule that knows more.
 *
 * @param others the rules of providers.
 */
export function optInRules(others: readonly Rule[]): readonly Rule[] {
  const owners = ownersOf(others);
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
      check: (candidate) => checkEntropy(candidate, owners),
      examples: (rng) => [`signing_salt: ${value(rng)}\n`, `{"partner": {"token": "${value(rng)}"}}`],
      nearMisses: (rng) => [
        `public_key = "${value(rng)}"\n`,
        `session_sha256: ${rng.chars(alphabets.hex, 64)}\n`,
        `colour = "${value(rng)}"\n`,
      ],
    },
    genericPassword(owners),
  ];
}
