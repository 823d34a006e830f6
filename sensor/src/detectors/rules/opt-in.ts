import { alphabets } from '../alphabets.ts';
import { mentionOf, standingOf, textBefore } from '../assignment.ts';
import { looksIssued } from '../issued.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { isPlaceholderPassword } from './basic-auth.ts';

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
/** Names beside a secret's that are none of their own. */
const besideSecret =
  /public|(?<![a-z])pub(?![a-z])|hash|digest|sha\d|md5|checksum|integrity|fingerprint|thumbprint|_?ids?$|[a-z]Ids?$|name$|path$|file$|url$|uri$/i;

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
function checkEntropy({ secret, start, window }: Candidate): Found | null {
  const hex = /^(?:0x)?[0-9a-f]+$/i.test(secret);
  if (!looksIssued(secret) || entropyOf(secret) < (hex ? ENTROPY_HEX_MIN : ENTROPY_MIN)) return null;
  if (published.test(secret) || isEncodedText(secret) || /^\/[a-z_.-]{2,}\/|(?:\/[a-z_.-]{3,}){2}/.test(secret)) return null;
  const mention = mentionOf(textBefore(window.text, start), secretWords);
  if (mention === null || besideSecret.test(mention.identifier)) return null;
  const standing = standingOf(mention);
  if (standing === 'none' || (uuid.test(secret) && standing !== 'named')) return null;
  return {};
}

/** A name for passwords, and what assigns it: in programs, settings, command lines, markup, URLs and sentences. */
const NAME = String.raw`(?<name>[A-Za-z0-9_.$-]{0,60}(?:pass(?:w(?:or)?d|phrase|wd|code|wort)?s?|pwd|secret|credential)[A-Za-z0-9_.-]{0,30})`;
const ASSIGNS = String.raw`["'\])]{0,3}(?:\s{0,8}(?:=>|:=|===?|[=:]|,|<-|\bis\b|\bas\b)\s{0,8}|>\s{0,4}|\s{1,4}|\(\s{0,4})`;
const VALUE = String.raw`(?:"(?<double>[^"\r\n]{4,128})"|'(?<single>[^'\r\n]{4,128})'|\x60(?<tick>[^\x60\r\n]{4,128})\x60|(?<plain>[^\s"'\x60,;<>(){}[\]&|]{4,128})(?=[\s,;<&"')}\]]|$))`;

/** Names of what is said of a password, and names that end in what is none. */
const notPassword =
  /passed|passes|passing|bypass|compass|passenger|passport|passive|encompass|(?:_|-|\.|[a-z](?=[A-Z]))?(?:hash|hashed|field|label|input|file|path|policy|length|min|max|reset|confirm(?:ation)?|hint|prompt|type|encoder|expired?|expiry|strength|regex|pattern|rules?|error|message|msg|text|url|title|placeholder|id|name|key|ref|count|manager|provider|store|version|arn|required|changed|at)s?$/i;
/** Values that a program computes, asks for or declares. */
const computed =
  /^(?:\$|%|#\{|@|&|\*|<|\{|\[|\(|\\|process\.|os\.|env\b|ENV\b|System\.|self\.|this\.|req(?:uest)?\.|config\.|settings\.|options?\.|args?\.|params?\.|props?\.|data\.|user\.|input\b|get|read|new\b|await\b|function|lambda|def\b|return\b|vault:|secretref|op:\/\/|arn:|ref\+|ENC\[|ENC\(|\{cipher\}|!)|\(\)?$|[a-z]\w*\([^)]*\)$|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const typeNames =
  /^(?:str|string|text|bytes|char|varchar.*|int|integer|number|bool(?:ean)?|true|false|null|none|nil|undefined|void|any|object|optional|required|required.*|type|value|default|enabled|disabled|yes|no|on|off|and|or|not|if|else|for|from|with|the|your|this|that|is|are|was|must|should|will|can|cannot|has|have|incorrect|invalid|wrong|missing|unknown|empty|hidden|encrypted|hashed|sensitive|masked|removed|omitted|unset|test.?only|basic|plain|bearer|login|username|user|email|admin|root)$/i;
const says =
  /pass(?:w(?:or)?d|phrase|wd|code)|secret|credential|token|(?<![a-z])(?:enter|please|invalid|wrong|must|should|your|forgot|reset|change|confirm|new|old|current|repeat|the|is|not|and|for|with)(?![a-z])/i;

function checkPassword({ groups, window }: Candidate): Found | null {
  const { name = '', double, single, tick, plain } = groups;
  const value = double ?? single ?? tick ?? plain ?? '';
  if (notPassword.test(name) || computed.test(value) || typeNames.test(value) || isPlaceholderPassword(value) || says.test(value))
    return null;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9\s_.:/-]/].filter((kind) => kind.test(value)).length;
  // Without quotes it may be a name or a word of a sentence: only a digit or a sign among letters makes it a password.
  if (plain !== undefined && (kinds < 2 || !/[0-9]|[^A-Za-z0-9_.:/-]/.test(value) || /^[\d.,:/-]+$/.test(value)) && !looksIssued(value))
    return null;
  if (/\s.*\s/.test(value) || /^(?:https?:|\.{0,2}\/|[\w.-]+\/[\w.-]+\/)/.test(value) || (kinds < 2 && /[\s_.:/-]/.test(value)))
    return null;
  if (/^[0-9a-f]{32,128}$/i.test(value) && /hash|md5|sha|crypt/i.test(window.text.slice(Math.max(0, window.hit - 60), window.hit + 40)))
    return null;
  if (/^\$(?:2[abxy]?|[156y]|argon2\w*|apr1)\$/.test(value)) return null;
  const at = window.text.indexOf(value, window.hit);
  return at < 0 ? null : { start: at, end: at + value.length };
}

const value = (rng: Rng): string => `k7${rng.chars(alphabets.alnum, 28)}4Q`;
const password = (rng: Rng): string => `v${rng.chars(alphabets.alnum, 8)}9K!`;

/** Known by nothing but a name and the look of a value: off unless asked for by name, and hidden by any rule that knows more. */
export const optInRules: readonly Rule[] = [
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
    check: checkEntropy,
    examples: (rng) => [`signing_salt: ${value(rng)}\n`, `{"partner": {"token": "${value(rng)}"}}`],
    nearMisses: (rng) => [
      `public_key = "${value(rng)}"\n`,
      `session_sha256: ${rng.chars(alphabets.hex, 64)}\n`,
      `colour = "${value(rng)}"\n`,
    ],
  },
  {
    id: 'generic-password',
    name: 'Value that a name for passwords holds',
    facts: ['Generic/Password assignment'],
    optIn: true,
    anchors: { literals: ['password'], texts: ['pass', 'Pass', 'PASS', 'secret', 'Secret', 'SECRET', 'pwd', 'PWD'] },
    pattern: new RegExp(`(?<![A-Za-z0-9])${NAME}${ASSIGNS}${VALUE}`, 'i'),
    around: [72, 240],
    confidence: 'likely',
    rank: -9,
    check: checkPassword,
    examples: (rng) => [`passwd = "${password(rng)}"\n`, `<pwd>${password(rng)}</pwd>`, `client_secret: ${password(rng)}\n`],
    nearMisses: () => [
      'password = get_password()\n',
      'const password = "your-password";',
      'password: string;\n',
      'Enter password: please\n',
    ],
  },
];
