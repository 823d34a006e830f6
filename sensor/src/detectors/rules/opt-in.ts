import { alphabets } from '../alphabets.ts';
import { mentionOf, standingOf, textBefore } from '../assignment.ts';
import { looksIssued } from '../issued.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';

/** What names of secrets are made of, of whatever kind. */
const words = [
  'key',
  'secret',
  'token',
  'auth',
  'cred',
  'credential',
  'credentials',
  'pass',
  'password',
  'private',
  'access',
  'client',
  'api',
  'sign',
  'signing',
  'seed',
  'salt',
];
/** Fewer are in words of a language, too. */
const DISTINCT_MIN = 8;

function checkAssigned({ secret, start, window }: Candidate): Found | null {
  if (!looksIssued(secret) || new Set(secret).size < DISTINCT_MIN) return null;
  const mention = mentionOf(textBefore(window.text, start), words);
  return mention === null || standingOf(mention) === 'none' ? null : {};
}

/** A reference to what stands elsewhere, and calls and types of programs. */
const reference =
  /^(?:\$|%|\{\{|<|@|\*)|[({[]|^(?:null|none|true|false|undefined|string|required|optional|prompt)$|\.(?:get|env|password|value)\b/i;

function checkPassword({ secret }: Candidate): Found | null {
  if (reference.test(secret)) return null;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(secret)).length;
  return kinds >= 2 && new Set(secret).size >= 5 ? {} : null;
}

const value = (rng: Rng): string => `r4${rng.chars(alphabets.alnum, 26)}Z8`;

/** Rules that find so much that is no secret that they are off unless their name is asked for. */
export const optInRules: readonly Rule[] = [
  {
    id: 'generic-high-entropy',
    name: 'Random value under a telling name',
    anchors: { keywords: words, run: [16, 150] },
    pattern: /(?<![A-Za-z0-9_+/.~-])[A-Za-z0-9_-]{16,150}={0,2}(?![A-Za-z0-9_+/=(-])/,
    around: [128, 4],
    confidence: 'likely',
    optIn: true,
    rank: -6,
    check: checkAssigned,
    examples: (rng) => [`signing_seed: ${value(rng)}\n`, `{"partnerCredential": "${value(rng)}"}`],
    nearMisses: (rng) => [`color: ${value(rng)}\n`, 'signing_seed: the_name_of_the_seed_file\n'],
  },
  {
    id: 'generic-password',
    name: 'Password under its name',
    anchors: { literals: ['password', 'pwd'] },
    pattern:
      /(?:password|passwd|pwd)["'\]]{0,2}[ \t]{0,4}(?:[:=]|=>|:=)[ \t]{0,4}(?:"(?<quoted>[^"\s\\]{8,64})"|'(?<single>[^'\s\\]{8,64})'|(?<secret>[^\s"',;&<>`\\]{8,64}))/i,
    around: [32, 160],
    confidence: 'likely',
    optIn: true,
    rank: -7,
    check: passwordIn,
    examples: (rng) => [
      `$cfg['password'] = 'Blue7${rng.chars(alphabets.alnum, 6)}!';\n`,
      `"password": "tr4${rng.chars(alphabets.alnum, 8)}"`,
    ],
    nearMisses: () => ['password = os.environ["DB"]\n', 'password: ${DB_PASSWORD}\n', 'password: changeme\n'],
  },
];

/** The quotes are not part of it. */
function passwordIn(candidate: Candidate): Found | null {
  const { groups, window, start, end } = candidate;
  const inner = groups['quoted'] ?? groups['single'] ?? groups['secret'] ?? '';
  const from = window.text.lastIndexOf(inner, end);
  if (from < start) return null;
  return checkPassword({ ...candidate, secret: inner }) && { start: from, end: from + inner.length };
}
