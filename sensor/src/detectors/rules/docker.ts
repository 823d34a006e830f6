import { alphabets } from '../alphabets.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { userPasswordOf } from './basic-auth.ts';
import { token } from './token.ts';

/** The registry is the key of the object that `auth` stands in: "auths": {"host": {"auth": "..."}}. */
function checkAuth({ secret, window, start }: Candidate): Found | null {
  const before = window.text.slice(0, start);
  const host = /"(?:https?:\\?\/\\?\/)?([A-Za-z0-9.:-]{1,255})[^"]{0,64}"\s{0,64}:\s{0,64}\{[^{}]{0,200}$/.exec(before)?.[1] ?? '';
  return userPasswordOf(secret, host === 'auths' ? '' : host);
}

const auth = (rng: Rng): string => Buffer.from(`ci:${rng.chars(alphabets.alnum, 20)}`).toString('base64');

export const rules: readonly Rule[] = [
  {
    id: 'docker-identity-token',
    facts: ['Docker/config.json / .dockercfg auth'],
    name: 'Identity token in a Docker config.json',
    anchors: { words: ['identitytoken'], run: [16, 500] },
    pattern: /"identitytoken"\s{0,16}:\s{0,16}"(?<secret>[A-Za-z0-9_.~+/-]{20,2000}={0,2})"/,
    around: [64, 2100],
    confidence: 'likely',
    rank: 1,
    examples: (rng) => [`{"auths": {"registry.corp.io": {"identitytoken": "a1${rng.chars(alphabets.url, 60)}"}}}`],
    nearMisses: () => ['{"identitytoken": ""}', '{"identitytoken": "<token>"}'],
  },
  {
    id: 'docker-config-auth',
    facts: ['Docker/config.json / .dockercfg auth'],
    name: 'Registry login in a Docker config.json',
    anchors: { literals: ['jsonAuth'] },
    pattern: /"auth"\s{0,16}:\s{0,16}"(?<secret>[A-Za-z0-9+/]{8,2000}={0,2})"/,
    around: [512, 2100],
    confidence: 'likely',
    check: checkAuth,
    examples: (rng) => [`{"auths": {"registry.corp.io": {"auth": "${auth(rng)}"}}}`],
    nearMisses: (rng) => [
      `{"auth": "${rng.chars(alphabets.digits, 20)}"}`,
      `{"auth": "${Buffer.from('user:password').toString('base64')}"}`,
    ],
  },
  token({
    id: 'docker-hub-pat',
    facts: ['Docker Hub/PAT / org token'],
    name: 'Docker Hub personal access token',
    prefix: 'dckr_pat_',
    body: 'url',
    length: 27,
  }),
  token({
    id: 'docker-hub-org-token',
    facts: ['Docker Hub/PAT / org token'],
    name: 'Docker Hub organisation access token',
    prefix: 'dckr_oat_',
    body: 'url',
    length: 32,
  }),
];
