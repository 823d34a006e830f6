import { isDocumented, isPiece, type Mention, mentionOf, standingOf, textBefore } from '../assignment.ts';
import { alphabets } from '../alphabets.ts';
import { lazy } from '../lazy.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { namesIn, tokenPrefixes } from './owners.ts';
import { isPackagedDoc } from './packaged-docs.ts';
import { isRandom, isUuid, namesNoSecret } from './random-value.ts';

/** Words that names of secrets end with or begin. */
const words = ['api', 'access', 'auth', 'client', 'secret', 'private', 'app', 'key', 'token'];
const NAME = /(?:api|access|auth|app|client|private|secret)[_.-]?(?:key|token|secret)/i;
/** Names that say less: the value is possible. */
const WIDE_NAME =
  /(?:token|secret|(?:signing|encryption|master|service|webhook|jwt|hmac|session|licen[cs]e|account|admin|shared|storage|consumer)[_.-]?key)$/i;
/** Tokens that tell requests, pages and versions apart, and what two parties agree on in tests of their mathematics. */
const NO_SECRET =
  /(?:change|lock|idempotency|client|sync|creator|update|unit|request|resource|owner|operation|terms?|page|next|starting)[_-]?token$|shared[_-]?secret$/i;
/** As OpenSSL's tests have it: `Ctrl.Secret = hexsecret:202c…` */
const testVector = /\bhex\w{0,8}:$/i;
/** Words put together, with a number: `SensitiveString2048`, `MySecret-a1b2c3`. */
const wordsOf = (value: string): readonly string[] => [
  ...(value.match(/[A-Z]?[a-z]{3,}/g) ?? []),
  ...(value.match(/[A-Za-z]+/g) ?? []).filter((word) => /^[A-Z]{4,}$/.test(word)),
];
/** A name as environments have them. */
const ENVIRONMENT = /^[A-Z][A-Z0-9_]*$/;
/** Shorter values are possible at most, and only in variables. */
const LIKELY_MIN = 20;
/** Of hexadecimal more is a signature, or a key as tests of mathematics write it. */
const HEX_MAX = 64;
/** `BILLING_TOKEN`, `webhookSecret`: a word of the owner's or for a use, and then what it is. Alone `token` says less. */
const OWN_NAME = /(?:[A-Za-z0-9]{3}[_.-]|[a-z0-9]{3}(?=[A-Z]))(?:token|secret|key)$/i;
/** Under other names a UUID tells things apart. */
const UUID_NAME = /(?:api|secret|access|auth|private)[_.-]?(?:key|token)$|secret$/i;
/** Between a name and its value other things ended, or an example is announced. */
const elsewhere =
  /[)}\]][,;]?[ \t\r]{0,8}\n|\n[ \t\r]{0,8}\n|\bexample\b|[,;&]\s{0,8}["']?(?!val|default|content|text|str)[\w-]{1,40}["']?\s{0,4}[=:]\s{0,4}["'`]?$/i;
const headline = /^["'`]?[ \t\r]{0,16}\n(?!\s{0,24}["']?(?:value|default)\b)/;
/** Pictures of a state, with a token that shows no more than them. */
const badge = /\.svg\?[^\s"')]{0,120}$/;

/** Only the name speaks for it: it must be random enough for three, and assigned to such a name directly. */
function checkAssigned({ secret, start, end, window }: Candidate, owners: Owners): Found | null {
  if (!isMixed(secret)) return null;
  const before = textBefore(window.text, start);
  if (isPiece(window.text, start, end)) return null;
  if (!isRandom(secret, before) || testVector.test(before) || isDocumented(window.text, start)) return null;
  if (owners.prefixes.some((prefix) => secret.startsWith(prefix))) return null;
  const mention = mentionOf(before, words);
  if (mention === null || namesNoSecret(mention.identifier) || namesOneOf(mention.identifier, owners.words)) return null;
  const standing = standingOf(mention);
  if (standing !== 'named' && standing !== 'inside') return null;
  const isNamed = NAME.test(mention.identifier);
  if (!isNamed && !(standing === 'named' && WIDE_NAME.test(mention.identifier) && !isWordy(secret))) return null;
  const isVariable = ENVIRONMENT.test(mention.identifier);
  if (secret.length < LIKELY_MIN && !isVariable && !(isNamed && isOfAllKinds(secret))) return null;
  if (NO_SECRET.test(spokenName(before, mention)) || (isUuid(secret) && !/key$|secret$/i.test(mention.identifier))) return null;
  const isSure =
    standing === 'named' &&
    (isNamed || OWN_NAME.test(mention.identifier) || (isPlainly(mention.identifier, secret) && !namesOneOf(before, owners.words))) &&
    isSureValue(secret, mention.identifier);
  const isPlain = !elsewhere.test(mention.span) && !headline.test(afterName(mention)) && !badge.test(before) && !isPackagedDoc(window.path);
  return isSure && isPlain && !namesOneOf(mention.identifier, owners.names) ? {} : { confidence: 'possible' };
}

/** `token: …` alone, of a value that could hardly be another thing. */
const isPlainly = (name: string, value: string): boolean =>
  /^(?:--?|@|\$)?(?:token|secret)$/i.test(name) && value.length >= PLAINLY_MIN && (isOfAllKinds(value) || /^[0-9a-f]{32,64}$/.test(value));
const PLAINLY_MIN = 24;

/** A short one that is no word with a number. */
const isOfAllKinds = (value: string): boolean => [/[a-z]/, /[A-Z]/, /[0-9]/].every((kind) => kind.test(value)) && !isWordy(value);

/** Three digits, or as many changes between capitals, small letters and digits as chance makes. */
function isMixed(value: string): boolean {
  const digits = value.match(/[0-9]/g)?.length ?? 0;
  if (digits === 0 || !/[A-Za-z]/.test(value) || new Set(value).size < DISTINCT_MIN) return false;
  if (digits >= DIGITS_MIN) return true;
  const changes = value.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])/g)?.length ?? 0;
  return changes >= value.length * CHANGES_MIN;
}
const [DIGITS_MIN, DISTINCT_MIN, CHANGES_MIN] = [3, 10, 0.45];

const isSureValue = (value: string, name: string): boolean =>
  value.length >= LIKELY_MIN &&
  (!isUuid(value) || UUID_NAME.test(name)) &&
  !(value.length > HEX_MAX && /^[0-9a-f]+$/i.test(value)) &&
  !isWordy(value);

const afterName = ({ span, identifier }: Mention): string => span.slice(identifier.length);

/** A name of two words, as a sentence has it: `Next page token`. */
function spokenName(before: string, { span, identifier }: Mention): string {
  const last = /([A-Za-z]{2,16}) $/.exec(before.slice(0, before.length - span.length))?.[1] ?? '';
  return last === '' ? identifier : `${last}_${identifier}`;
}

function isWordy(value: string): boolean {
  if (/secret|token/i.test(value)) return true;
  return /[A-Z_-]/.test(value) && wordsOf(value).join('').length * 2 >= value.length;
}

/** Of the providers whose keys' form is known: their words, and of those whose tokens say themselves what they are their names. */
interface Owners {
  readonly words: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  /** The beginnings of their tokens. */
  readonly prefixes: readonly string[];
}

function ownersOf(rules: readonly Rule[]): Owners {
  return {
    words: new Set(rules.flatMap(({ rank = 0, anchors }) => (rank < -1 ? [] : (anchors.words ?? [])))),
    names: new Set(rules.flatMap(({ id, anchors }) => (anchors.prefixes === undefined ? [] : [id.slice(0, id.indexOf('-'))]))),
    prefixes: tokenPrefixes(rules),
  };
}

function namesOneOf(identifier: string, owned: ReadonlySet<string>): boolean {
  for (const name of namesIn(identifier)) if (owned.has(name)) return true;
  return false;
}

const value = (rng: Rng): string => `k7${rng.chars(alphabets.alnum, 28)}4Q`;

/** @param others the rules of providers: a value that a name calls one's, and that has another form than its keys, is none of them. */
export function genericRules(others: readonly Rule[]): readonly Rule[] {
  const owners = lazy(() => ownersOf(others));
  return [
    {
      id: 'generic-api-key',
      name: 'Key or token of an unknown provider',
      facts: ['Generic/API key / token assignment (high-entropy with key name)', '.env/dotenv file with secret-like keys'],
      anchors: { words, run: [16, 150], digitEvery: 20 },
      pattern: /(?<![A-Za-z0-9_+/.~-])[A-Za-z0-9_+/.~-]{16,200}={0,2}(?![A-Za-z0-9_+/=(-])/,
      lead: 40,
      // As the rule of keys nearby has it: they share the text.
      around: [264, 208],
      confidence: 'likely',
      rank: -4,
      check: (candidate) => checkAssigned(candidate, owners()),
      examples: (rng) => [`PARTNER_API_KEY=${value(rng)}\n`, `export BILLING_CLIENT_SECRET="${value(rng)}"\n`],
      nearMisses: (rng) => [
        `PARTNER_ID=${value(rng)}\n`,
        `API_KEY_SHA256=${rng.chars(alphabets.hex, 64)}\n`,
        'API_KEY=your_api_key_goes_here_1\n',
      ],
    },
  ];
}
