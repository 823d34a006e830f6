import type { Confidence } from '@tidewaiter/shared/findings';
import { type AlphabetName, alphabets, classes } from '../alphabets.ts';
import type { Candidate, Found, Rule } from '../rule.ts';

/** A secret without a mark of its own: a value of exact shape, assigned to a name that begins with the provider's word. */
export interface NearKeywordSpec {
  readonly id: string;
  readonly name: string;
  /** As in Rule. */
  readonly facts?: readonly string[];
  /** In lower case; matched in any. */
  readonly keywords: readonly string[];
  readonly body: AlphabetName;
  readonly length: number | readonly [least: number, most: number];
  readonly confidence?: Confidence;
  /** What the name must say besides the keyword; usually key, token, secret, password or auth. */
  readonly telling?: string;
}

const TELLING = 'key|token|secret|passw|auth|credential|apikey|pat';
/** Between the keyword and the value: the rest of the name, quotes, a level of JSON or YAML; not a sentence. */
const NAME_REST = String.raw`[\w.\-/\[\]"'{:\s]{0,48}`;
const ASSIGN = String.raw`["'\]]?[ \t]{0,8}(?:=>|:=|=|:|,|[ \t])[ \t]{0,8}["'\x60]?`;

/** The rule of such a secret. Keyword, assignment and shape together make it likely. */
export function nearKeyword(spec: NearKeywordSpec): Rule {
  const [least, most] = typeof spec.length === 'number' ? [spec.length, spec.length] : spec.length;
  const words = spec.keywords.map((word) => word.replaceAll(/[.-]/g, String.raw`\$&`)).join('|');
  const telling = new RegExp(spec.telling ?? TELLING, 'i');
  return {
    id: spec.id,
    name: spec.name,
    ...(spec.facts === undefined ? {} : { facts: spec.facts }),
    anchors: { keywords: spec.keywords, run: [least, most] },
    pattern: new RegExp(
      `(?:${words})(?<rest>${NAME_REST})${ASSIGN}(?<secret>${classes[spec.body]}{${least},${most}})(?![A-Za-z0-9_+/-])`,
      'i',
    ),
    around: [128, 4],
    confidence: spec.confidence ?? 'likely',
    check: (candidate) => checkName(candidate, telling, spec),
    examples: (rng) => {
      const value = (): string => `4f${rng.chars(alphabets[spec.body], least - 4)}7e`;
      const keyword = spec.keywords[0] ?? '';
      return [`${keyword.toUpperCase()}_API_KEY=${value()}\n`, `${keyword}: {"apiKey": "${value()}"}`];
    },
    nearMisses: (rng) => [
      `other_api_key=${rng.chars(alphabets[spec.body], least)}\n`,
      `${spec.keywords[0]}_api_key=${rng.chars('abcdef', least)}\n`,
    ],
  };
}

/** Digits and letters both, as random tokens have them; a bare checksum beside a product's name has no telling word. */
function checkName({ secret, groups, window, start }: Candidate, telling: RegExp, spec: NearKeywordSpec): Found | null {
  if (!/[0-9]/.test(secret) || !/[A-Za-z]/.test(secret)) return null;
  if (spec.body !== 'hex' && /^[0-9a-f]+$/.test(secret)) return null;
  const before = window.text.slice(Math.max(0, start - 64), start);
  return telling.test(groups['rest'] ?? '') || telling.test(before.slice(before.lastIndexOf('\n') + 1)) ? {} : null;
}
