import { alphabets } from '../alphabets.ts';
import type { Rule } from '../rule.ts';
import { gcpServiceAccount } from './private-key.ts';
import { token } from './token.ts';

export const rules: readonly Rule[] = [
  gcpServiceAccount,
  token({
    id: 'google-api-key',
    facts: ['Google/API key', 'google/Google Maps API Key', 'youtubeapikey/API key'],
    name: 'Google API key',
    prefix: 'AIza',
    body: 'url',
    length: 35,
  }),
  token({
    id: 'google-gemini-api-key',
    facts: ['Google/Gemini API key (AQ.)'],
    name: 'Google Gemini API key',
    prefix: 'AQ.Ab8RN6',
    body: 'url',
    length: 44,
  }),
  token({
    id: 'google-oauth-client-secret',
    facts: ['Google/OAuth client secret'],
    name: 'Google OAuth client secret',
    prefix: 'GOCSPX-',
    body: 'url',
    length: 28,
  }),
  {
    id: 'google-refresh-token',
    facts: ['Google Cloud/Application default credentials (authorized_user)', 'Google/OAuth refresh token'],
    name: 'Google OAuth refresh token of a user',
    anchors: { keywords: ['refresh_token'] },
    pattern: /refresh_token["']?\s{0,4}[:=]\s{0,4}["']?(?<secret>1\/\/0[A-Za-z0-9_-]{40,200})(?![A-Za-z0-9_-])/,
    around: [128, 4],
    confidence: 'likely',
    prefix: '1//0',
    examples: (rng) => [`{"type": "authorized_user", "refresh_token": "1//0${rng.chars(alphabets.url, 100)}"}`],
    nearMisses: (rng) => [`{"refresh_token": "2//0${rng.chars(alphabets.url, 100)}"}`],
  },
  {
    id: 'google-storage-hmac-key',
    facts: ['Google/GCS HMAC key'],
    name: 'Google Cloud Storage HMAC key (id and secret)',
    anchors: { prefixes: ['GOOG'] },
    pattern: /GOOG[A-Z0-9]{20,60}(?![A-Za-z0-9])[\s\S]{1,160}?(?<![A-Za-z0-9+/])(?<secret>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/,
    around: [64, 320],
    confidence: 'likely',
    rank: 2,
    check: ({ secret }) => (/[0-9]/.test(secret) && /[a-z]/.test(secret) && /[A-Z]/.test(secret) ? {} : null),
    examples: (rng) => [`GS_ACCESS_KEY=GOOG1E${rng.chars(alphabets.base32, 55)}\nGS_SECRET=a1Z${rng.chars(alphabets.alnum, 37)}\n`],
    nearMisses: (rng) => [`GOOG1E${rng.chars(alphabets.base32, 55)}\n`],
  },
];
