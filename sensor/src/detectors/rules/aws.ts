import { alphabets } from '../alphabets.ts';
import { isNameOf } from '../assignment.ts';
import { percentDecoded } from '../percent.ts';
import { isPlaceholder } from '../placeholder.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { token } from './token.ts';

/** Long-term (AKIA), temporary (ASIA), bearer (ABIA) and context-specific (ACCA) ids: "IAM identifiers", unique ID prefixes. */
const idPrefixes = ['AKIA', 'ASIA', 'ABIA', 'ACCA'];
const idPattern = /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/;
const secretPattern = /(?<![A-Za-z0-9/+_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])/g;
/** How far from the id its secret may stand: a dozen lines of a config file. */
const PAIR_REACH = 1024;
/** Bits a character; 40 random base64 characters have 4.5 or more but for one in 10^4. */
const ENTROPY_MIN = 4.2;

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** 40 base64 characters that are no SHA-1, path or words. */
function isSecretLike(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/[0-9]/.test(text) || /^[0-9a-fA-F]+$/.test(text)) return false;
  return entropy(text) >= ENTROPY_MIN && !isPlaceholder(text);
}

interface Secret {
  readonly start: number;
  readonly end: number;
  readonly named: boolean;
}

/** The secret that belongs to the id at [start, end): one that is named so, else the nearest. */
function secretNear({ window, start, end }: Candidate): Secret | null {
  let best: (Secret & { readonly distance: number }) | null = null;
  for (const found of window.text.matchAll(secretPattern)) {
    if (!isSecretLike(found[0])) continue;
    const at = found.index;
    const named = /secret[\w.-]{0,24}[\s"'\\:=>]{1,12}$/i.test(window.text.slice(Math.max(0, at - 48), at));
    const distance = (at < start ? start - at : at - end) + (named ? 0 : PAIR_REACH * 2);
    if (best === null || distance < best.distance) best = { start: at, end: at + 40, named, distance };
  }
  return best;
}

function checkPair(candidate: Candidate): Found | null {
  if (isPlaceholder(candidate.secret)) return null;
  const secret = secretNear(candidate);
  if (secret === null) return null;
  const canonical = Buffer.from(candidate.window.text.slice(secret.start, secret.end), 'latin1');
  return { start: secret.start, end: secret.end, canonical, confidence: secret.named ? 'certain' : 'likely' };
}

/** `secret.access.key`, in every way to join it. */
const secretNames = ['', '_', '-', '.', ' '].flatMap((by) => [['secret', 'access', 'key'].join(by), ['secret', 'key'].join(by)]);

const id = (rng: Rng): string => `AKIA${rng.chars(alphabets.base32, 16)}`;
/** With each class of characters in it, as 999 in 1,000 random ones have. */
const secret = (rng: Rng): string => `q7${rng.chars(alphabets.base64, 36)}Zk`;

export const rules: readonly Rule[] = [
  {
    id: 'aws-access-key',
    facts: ['AWS/Access key ID (long-term)', 'AWS/Temporary access key ID (STS)', 'AWS/Secret access key', 'aws/AWS API Credentials'],
    name: 'AWS access key (id and secret)',
    anchors: { prefixes: idPrefixes },
    pattern: idPattern,
    around: [PAIR_REACH, PAIR_REACH],
    confidence: 'likely',
    rank: 2,
    check: checkPair,
    examples: (rng) => [
      `[default]\naws_access_key_id = ${id(rng)}\naws_secret_access_key = ${secret(rng)}\n`,
      `${id(rng)}:${secret(rng)}`,
      JSON.stringify({ SecretAccessKey: secret(rng), AccessKeyId: id(rng) }, null, 2),
    ],
    nearMisses: (rng) => [
      `aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = ${secret(rng)}`,
      id(rng),
      `${id(rng)} ${rng.chars(alphabets.hex, 40)}`,
    ],
  },
  {
    id: 'aws-access-key-id',
    facts: ['AWS/Access key ID (long-term)', 'AWS/Temporary access key ID (STS)'],
    name: 'AWS access key id without its secret',
    anchors: { prefixes: idPrefixes },
    pattern: idPattern,
    around: [PAIR_REACH, PAIR_REACH],
    confidence: 'possible',
    prefix: 'AKIA',
    check: (candidate) => (secretNear(candidate) === null ? {} : null),
    examples: (rng) => [`AWS_ACCESS_KEY_ID=${id(rng)}\n`],
    nearMisses: (rng) => [`AKIA${rng.chars(alphabets.base32, 15)}`, `AKIA${rng.chars('0189', 16)}`],
  },
  {
    id: 'aws-secret-access-key',
    facts: ['AWS/Secret access key'],
    name: 'AWS secret access key',
    anchors: {
      literals: ['secretAccessKey'],
      prefixes: ['secret_access_key', 'SECRET_ACCESS_KEY', 'aws_secret_key', 'AWS_SECRET_KEY'],
      keywords: secretNames,
      run: [16, 40],
    },
    // What stands between is read by the check.
    pattern:
      /secret[_. -]?(?:access[_. -]?)?key(?<between>[^0-9]{1,80}?)(?<![A-Za-z0-9/+_.-])(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=_-])/i,
    anywhere: true,
    around: [128, 160],
    confidence: 'likely',
    rank: 1,
    check: ({ secret: text, groups, window }) =>
      isSecretLike(text) && isNameOf(groups['between'] ?? '') && /access[_. -]?key|aws|amazon|\bs3\b/i.test(window.text) ? {} : null,
    examples: (rng) => [`AWS_SECRET_ACCESS_KEY=${secret(rng)}\n`, `"secretAccessKey": "${secret(rng)}"`],
    nearMisses: (rng) => [
      `AWS_SECRET_ACCESS_KEY=${rng.chars(alphabets.hex, 40)}\n`,
      'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n',
    ],
  },
  {
    id: 'aws-session-token',
    facts: ['AWS/Session token'],
    name: 'AWS session token',
    anchors: { prefixes: ['IQoJb3JpZ2lu', 'FwoGZXIvYXdz'] },
    pattern: /(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[A-Za-z0-9+/%_-]{80,2400}={0,2}/,
    around: [64, 2600],
    confidence: 'likely',
    check: ({ secret: text }) => ({ canonical: Buffer.from(percentDecoded(text), 'latin1') }),
    examples: (rng) => [`AWS_SESSION_TOKEN=IQoJb3JpZ2luX2Vj${rng.chars(alphabets.base64, 400)}==\n`],
    nearMisses: (rng) => [`IQoJb3JpZ2luX2Vj${rng.chars(alphabets.base64, 20)}`],
  },
  token({
    id: 'aws-bedrock-api-key',
    facts: ['AWS/Bedrock API key long-lived', 'AWS/Bedrock API key short-lived'],
    name: 'Amazon Bedrock API key',
    prefix: 'ABSK',
    body: 'base64',
    length: [109, 269],
    tail: '={0,2}',
    check: ({ secret: text }) =>
      Buffer.from(text.slice(4), 'base64').toString('latin1').startsWith('Bedrock')
        ? { confidence: 'certain' }
        : { confidence: 'possible' },
    example: (rng) =>
      `ABSK${Buffer.from(`BedrockAPIKey-${rng.chars(alphabets.alnum, 6)}-at-${rng.chars(alphabets.digits, 12)}:${rng.chars(alphabets.url, 60)}`).toString('base64')}`,
  }),
];
