import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { standalone } from './standalone.ts';

/** Bitbucket Data Center: base64 of a number, a colon and 20 random bytes. */
function checkBody({ secret }: Candidate): Found {
  const text = Buffer.from(secret.slice(5), 'base64').toString('latin1');
  return /^\d{10,13}:[^]{18,22}$/.test(text) ? { confidence: 'certain', proven: true } : { confidence: 'possible' };
}

function accessToken(rng: Rng): string {
  const bytes = Array.from({ length: 20 }, () => rng.below(256));
  return `BBDC-${Buffer.concat([Buffer.from(`4${rng.chars('0123456789', 11)}:`), Buffer.from(bytes)]).toString('base64')}`;
}

export const rules: readonly Rule[] = [
  {
    id: 'bitbucket-access-token',
    name: 'Bitbucket Data Center HTTP access token',
    facts: ['Bitbucket/HTTP access token / app password'],
    anchors: { literals: ['bitbucketToken'] },
    pattern: /(?<![A-Za-z0-9])BBDC-[A-Za-z0-9+/]{44}(?![A-Za-z0-9+/=])/,
    around: [16, 64],
    confidence: 'likely',
    prefix: 'BBDC-',
    check: checkBody,
    examples: (rng) => [accessToken(rng)],
    nearMisses: (rng) => [accessToken(rng).slice(0, 40)],
  },
  ...standalone([
    {
      id: 'bitbucket-app-password',
      name: 'Bitbucket Cloud app password',
      value: /ATBB[A-Za-z0-9]{24}[A-F0-9]{8}/,
      facts: ['Bitbucket/HTTP access token / app password'],
    },
  ]),
];
