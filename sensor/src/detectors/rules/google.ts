import { alphabets } from '../alphabets.ts';
import type { Rule } from '../rule.ts';
import { gcpServiceAccount } from './private-key.ts';
import { token } from './token.ts';

export const rules: readonly Rule[] = [
  gcpServiceAccount,
  token({ id: 'google-api-key', facts: ['google/Google Maps API Key'], name: 'Google API key', prefix: 'AIza', body: 'url', length: 35 }),
  token({ id: 'google-gemini-api-key', name: 'Google Gemini API key', prefix: 'AQ.Ab8RN6', body: 'url', length: 44 }),
  token({ id: 'google-oauth-client-secret', name: 'Google OAuth client secret', prefix: 'GOCSPX-', body: 'url', length: 28 }),
  {
    id: 'google-refresh-token',
    name: 'Google OAuth refresh token of a user',
    anchors: { keywords: ['refresh_token'] },
    pattern: /refresh_token["']?\s{0,4}[:=]\s{0,4}["']?(?<secret>1\/\/0[A-Za-z0-9_-]{40,200})(?![A-Za-z0-9_-])/,
    around: [128, 4],
    confidence: 'likely',
    prefix: '1//0',
    examples: (rng) => [`{"type": "authorized_user", "refresh_token": "1//0${rng.chars(alphabets.url, 100)}"}`],
    nearMisses: (rng) => [`{"refresh_token": "2//0${rng.chars(alphabets.url, 100)}"}`],
  },
];
