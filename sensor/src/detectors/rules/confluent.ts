import { alphabets, LEFT } from '../alphabets.ts';
import { crcBase64 } from '../checksum.ts';
import type { Rng, Rule } from '../rule.ts';

const BODY = 54;

function secretOf(rng: Rng): string {
  const body = rng.chars(alphabets.base64, BODY);
  return `cflt${body}${crcBase64(body)}`;
}

export const rules: readonly Rule[] = [
  {
    id: 'confluent-cloud-api-secret',
    facts: ['Confluent/API key/secret'],
    name: 'Confluent Cloud API secret',
    // A sign of base64 may end the run of token characters at once: then the provider's word leads to it.
    anchors: { prefixes: ['cflt'], words: ['confluent', 'ccloud', 'kafka', 'sasl'], run: [16, 64] },
    anywhere: true,
    pattern: new RegExp(`${LEFT}(?<secret>cflt(?<body>[A-Za-z0-9+/]{${BODY}})(?<tail>[A-Za-z0-9+/]{6}))(?![A-Za-z0-9+/=])`),
    around: [128, 80],
    confidence: 'certain',
    prefix: 'cflt',
    rank: 1,
    check: ({ groups: { body = '', tail } }) => (crcBase64(body) === tail ? { proven: true } : { confidence: 'possible' }),
    examples: (rng) => [`CONFLUENT_API_SECRET=${secretOf(rng)}`, `sasl.password: "${secretOf(rng)}"`],
    nearMisses: (rng) => [`CONFLUENT_API_SECRET=cflt${rng.chars(alphabets.base64, 50)}`],
  },
];
