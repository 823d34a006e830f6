import { generateKeyPairSync } from 'node:crypto';
import type { Candidate, Found, Rule } from '../rule.ts';

/** RFC 7518, 6.2.2, 6.3.2 and 6.4; RFC 8037: what a private or secret key holds, as base64url. */
function checkKey({ secret, groups }: Candidate): Found | null {
  const canonical = Buffer.from(secret, 'base64url');
  const least = groups['kty'] === 'RSA' ? 128 : 16;
  return canonical.length >= least ? { canonical, confidence: groups['kty'] === 'oct' ? 'likely' : 'certain' } : null;
}

export const rules: readonly Rule[] = [
  {
    id: 'jwk-private-key',
    name: 'JSON Web Key with its private part',
    facts: ['JWK/JSON Web Key (private)'],
    anchors: { keywords: ['kty'], run: [16, 500] },
    pattern: /"kty"\s{0,4}:\s{0,4}"(?<kty>RSA|EC|OKP|oct)"[^{}]{0,1600}?"[dk]"\s{0,4}:\s{0,4}"(?<secret>[A-Za-z0-9_-]{22,700})"/,
    around: [256, 2600],
    confidence: 'certain',
    check: checkKey,
    examples: () => [
      JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })),
      JSON.stringify(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })),
    ],
    nearMisses: () => [JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }))],
  },
];
