import { alphabets } from '../alphabets.ts';
import type { Rng, Rule } from '../rule.ts';
import { userPasswordOf } from './basic-auth.ts';
import { checkCrcTail, withCrcTail } from './github.ts';
import { token } from './token.ts';

const uuid = (rng: Rng): string => [8, 4, 4, 4, 12].map((length) => rng.chars(alphabets.hex, length)).join('-');

export const rules: readonly Rule[] = [
  token({
    id: 'npm-token',
    facts: ['npm/Access token'],
    name: 'npm access token',
    prefix: 'npm_',
    body: 'alnum',
    length: 36,
    check: checkCrcTail,
    example: withCrcTail('npm_'),
  }),
  {
    id: 'npm-registry-token',
    facts: ['npm/Access token'],
    name: 'npm registry token in .npmrc',
    anchors: { literals: ['npmAuth'] },
    pattern: /_authToken\s{0,4}=\s{0,4}["']?(?<secret>[A-Za-z0-9_.+/=-]{16,800})/,
    follows: /^_authToken(?:\s{0,4}=|[\\%])/,
    around: [4, 1024],
    confidence: 'likely',
    rank: -1,
    examples: (rng) => [`//registry.example.org/:_authToken=${uuid(rng)}\n`, `_authToken = "${rng.chars(alphabets.url, 40)}"`],
    nearMisses: (rng) => ['//registry.example.org/:_authToken=${NPM_TOKEN}', `_authType=${uuid(rng)}`],
  },
  {
    id: 'npm-basic-auth',
    name: 'npm registry user and password in .npmrc',
    anchors: { literals: ['npmAuth'] },
    pattern: /_auth\s{0,4}=\s{0,4}["']?(?<secret>[A-Za-z0-9+/]{8,400}={0,2})/,
    follows: /^_auth(?:\s{0,4}=|[\\%])/,
    around: [4, 512],
    confidence: 'likely',
    check: ({ secret }) => userPasswordOf(secret),
    examples: (rng) => [`_auth=${Buffer.from(`ci:${rng.chars(alphabets.alnum, 16)}`).toString('base64')}\n`],
    nearMisses: (rng) => [`_auth=${rng.chars(alphabets.digits, 24)}`, '_auth=${NPM_AUTH}'],
  },
];
