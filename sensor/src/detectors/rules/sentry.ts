import { alphabets } from '../alphabets.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { token } from './token.ts';

/** What an organisation's token says of itself, in base64: when it was issued, and for which server. */
function checkClaims({ groups }: Candidate): Found {
  const text = Buffer.from(groups['claims'] ?? '', 'base64').toString('latin1');
  return /^\{"iat": ?[\d.]+, ?"url": ?".*\}$/.test(text) ? { proven: true } : { confidence: 'possible' };
}

function organisationToken(rng: Rng): string {
  const claims = { iat: 1_790_000_000 + rng.below(1e6), url: 'https://sentry.io', region_url: 'https://de.sentry.io', org: 'corp' };
  return `sntrys_${Buffer.from(JSON.stringify(claims)).toString('base64')}_${rng.chars(alphabets.base64, 43)}`;
}

export const rules: readonly Rule[] = [
  {
    id: 'sentry-organisation-token',
    facts: ['Sentry/Org / user token'],
    name: 'Sentry organisation token',
    anchors: { prefixes: ['sntrys_eyJ'] },
    pattern: /sntrys_(?<claims>eyJ[A-Za-z0-9+/]{40,600}={0,2})_[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/])/,
    confidence: 'certain',
    prefix: 'sntrys_',
    rank: 1,
    check: checkClaims,
    examples: (rng) => [organisationToken(rng)],
    nearMisses: (rng) => [
      `sntrys_eyJ${rng.chars(alphabets.alnum, 30)}_${rng.chars(alphabets.base64, 43)}`,
      organisationToken(rng).slice(0, -20),
    ],
  },
  token({
    id: 'sentry-user-token',
    facts: ['Sentry/Org / user token'],
    name: 'Sentry user token',
    prefix: 'sntryu_',
    body: 'hex',
    length: 64,
  }),
];
