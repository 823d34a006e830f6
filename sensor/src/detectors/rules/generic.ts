import { isDocumented, mentionOf, standingOf, textBefore } from '../assignment.ts';
import { looksIssued } from '../issued.ts';
import { alphabets } from '../alphabets.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { namesIn } from './owners.ts';

/** Names of secrets of whatever provider. */
const words = ['api', 'access', 'auth', 'client', 'secret', 'private', 'app'];
const NAME = /(?:api|access|auth|app|client|private|secret)[_-]?(?:key|token|secret)/i;
/** A name as environments have them. */
const ENVIRONMENT = /^[A-Z][A-Z0-9_]*$/;

/** Names of requests and devices have this form more often than keys. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Only the name speaks for it: it must be random enough for three, and assigned to such a name directly. */
function checkAssigned({ secret, start, window }: Candidate, owners: Owners): Found | null {
  const digits = secret.match(/[0-9]/g)?.length ?? 0;
  if (!looksIssued(secret) || digits < 3 || !/[A-Za-z]/.test(secret) || new Set(secret).size < 10) return null;
  if (uuid.test(secret) || isDocumented(window.text, start)) return null;
  const mention = mentionOf(textBefore(window.text, start), words);
  if (mention === null || !NAME.test(mention.identifier) || !['named', 'inside'].includes(standingOf(mention))) return null;
  if (namesOneOf(mention.identifier, owners.words)) return null;
  return ENVIRONMENT.test(mention.identifier) && !namesOneOf(mention.identifier, owners.names) ? {} : { confidence: 'possible' };
}

/** Of the providers whose keys' form is known: their words, and of those whose tokens say themselves what they are their names. */
interface Owners {
  readonly words: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

function ownersOf(rules: readonly Rule[]): Owners {
  return {
    words: new Set(rules.flatMap(({ rank = 0, anchors }) => (rank < -1 ? [] : (anchors.words ?? [])))),
    names: new Set(rules.flatMap(({ id, anchors }) => (anchors.prefixes === undefined ? [] : [id.slice(0, id.indexOf('-'))]))),
  };
}

function namesOneOf(identifier: string, owned: ReadonlySet<string>): boolean {
  for (const name of namesIn(identifier)) if (owned.has(name)) return true;
  return false;
}

const value = (rng: Rng): string => `k7${rng.chars(alphabets.alnum, 28)}4Q`;

/** @param others the rules of providers: a value that a name calls one's, and that has another form than its keys, is none of them. */
export function genericRules(others: readonly Rule[]): readonly Rule[] {
  const owners = ownersOf(others);
  return [
    {
      id: 'generic-api-key',
      name: 'Key or token of an unknown provider',
      facts: ['Generic/API key / token assignment (high-entropy with key name)', '.env/dotenv file with secret-like keys'],
      anchors: { words, run: [20, 150], digitEvery: 50 },
      pattern: /(?<![A-Za-z0-9_+/.~-])[A-Za-z0-9_-]{20,150}(?![A-Za-z0-9_+/=(-]|\.[A-Za-z0-9])/,
      around: [128, 4],
      confidence: 'likely',
      rank: -4,
      check: (candidate) => checkAssigned(candidate, owners),
      examples: (rng) => [`PARTNER_API_KEY=${value(rng)}\n`, `export BILLING_CLIENT_SECRET="${value(rng)}"\n`],
      nearMisses: (rng) => [
        `PARTNER_ID=${value(rng)}\n`,
        `API_KEY_SHA256=${rng.chars(alphabets.hex, 64)}\n`,
        'API_KEY=your_api_key_goes_here_1\n',
      ],
    },
  ];
}
