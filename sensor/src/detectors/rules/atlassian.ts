import { alphabets } from '../alphabets.ts';
import { crcHex } from '../checksum.ts';
import type { Rng, Rule } from '../rule.ts';

function signed(head: string, rng: Rng): string {
  const text = `${head}${rng.chars(alphabets.url, 175)}=`;
  return text + crcHex(text).toUpperCase();
}

export const rules: readonly Rule[] = [
  {
    id: 'atlassian-api-token',
    facts: ['Atlassian/API token'],
    name: 'Atlassian API token',
    anchors: { prefixes: ['ATATT3', 'ATCTT3'] },
    pattern: /AT[AC]TT3[A-Za-z0-9_-]{60,400}=[0-9A-F]{8}(?![A-Za-z0-9])/,
    confidence: 'certain',
    prefix: 'ATATT3',
    check: ({ secret }) => (crcHex(secret.slice(0, -8)).toUpperCase() === secret.slice(-8) ? { proven: true } : { confidence: 'likely' }),
    examples: (rng) => [signed('ATATT3xFfGF0', rng), signed('ATCTT3xFfGN0', rng)],
    nearMisses: (rng) => [`ATATT3xFfGF0${rng.chars(alphabets.url, 175)}`, `ATATT3${rng.chars(alphabets.url, 20)}=0123ABCD`],
  },
];
