import { alphabets } from '../alphabets.ts';
import { crcHexLittleEndian } from '../checksum.ts';
import type { Rng, Rule } from '../rule.ts';
import { token } from './token.ts';

/** Grafana Cloud tokens are base64 of {o, n, k, m}, the older API keys of {k, n, id}. */
function decodes(secret: string, prefix: string): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(secret.slice(prefix.length), 'base64').toString('utf8'));
    return typeof value === 'object' && value !== null && 'k' in value && 'n' in value;
  } catch {
    return false;
  }
}

const base64Json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

function serviceAccount(rng: Rng): string {
  const head = `glsa_${rng.chars(alphabets.alnum, 32)}`;
  return `${head}_${crcHexLittleEndian(head)}`;
}

export const rules: readonly Rule[] = [
  token({
    id: 'grafana-service-account-token',
    facts: ['Grafana/Service account'],
    name: 'Grafana service account token',
    prefix: 'glsa_',
    body: 'alnum',
    length: 32,
    tail: '_[0-9a-fA-F]{8}',
    example: serviceAccount,
    confidence: 'certain',
    check: ({ secret }) =>
      crcHexLittleEndian(secret.slice(0, -9)) === secret.slice(-8).toLowerCase() ? { proven: true } : { confidence: 'possible' },
  }),
  {
    id: 'grafana-cloud-token',
    facts: ['Grafana/Cloud access policy / legacy API key'],
    name: 'Grafana Cloud access policy token',
    anchors: { prefixes: ['glc_'] },
    pattern: /glc_eyJ[A-Za-z0-9+/]{40,400}={0,2}/,
    confidence: 'certain',
    prefix: 'glc_',
    rank: 1,
    check: ({ secret }) => (decodes(secret, 'glc_') ? { proven: true } : { confidence: 'possible' }),
    examples: (rng) => [`glc_${base64Json({ o: String(rng.below(1e6)), n: 'ci', k: rng.chars(alphabets.alnum, 24), m: { r: 'eu' } })}`],
    nearMisses: (rng) => [`glc_${rng.chars(alphabets.alnum, 80)}`],
  },
  {
    id: 'grafana-api-key',
    facts: ['Grafana/Cloud access policy / legacy API key'],
    name: 'Grafana API key',
    anchors: { prefixes: ['eyJrIjoi'] },
    pattern: /eyJrIjoi[A-Za-z0-9+/]{30,400}={0,2}/,
    confidence: 'certain',
    prefix: 'eyJrIjoi',
    rank: 1,
    check: ({ secret }) => (decodes(secret, '') ? { proven: true } : null),
    examples: (rng) => [base64Json({ k: rng.chars(alphabets.alnum, 32), n: 'ci', id: 1 })],
    nearMisses: (rng) => [base64Json({ k: rng.chars(alphabets.alnum, 32), kind: 'other' })],
  },
];
