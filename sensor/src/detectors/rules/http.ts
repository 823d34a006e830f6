import { alphabets, password } from '../alphabets.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { looksIssued } from '../issued.ts';
import { isPlaceholder } from '../placeholder.ts';
import { decodeUserPassword, isPlaceholderPassword, isWordPassword } from './basic-auth.ts';
import { isSampleHost } from './hosts.ts';

/** Users of the examples in RFC 7617 and RFC 6749, and of everybody's. */
const sampleUsers = /^(?:aladdin|s6BhdRkqt3|x?user|test|foo|username|admin)$/i;

/** RFC 6750 tokens have no form; a random one has digits and both cases, or is long hexadecimal. */
function checkBearer({ secret }: Candidate): Found | null {
  // What begins as a JWT is one, or was cut.
  if (secret.startsWith('eyJ')) return null;
  const mixed = /[0-9].*[0-9]/.test(secret) && /[a-z]/.test(secret) && /[A-Z]/.test(secret);
  return mixed ||
    /^[0-9a-f]{32,}$/.test(secret) ||
    (/^[a-z0-9]{24,}$/.test(secret) && secret.replaceAll(/[^0-9]/g, '').length >= 4 && looksIssued(secret))
    ? {}
    : null;
}

/** curl's `-u user:password`, as RUN lines and scripts have it. */
function checkCurl({ groups }: Candidate): Found | null {
  const user = groups['user'] ?? '';
  const secret = groups['password'] ?? '';
  if (isPlaceholderPassword(secret) || sampleUsers.test(user) || secret.length < 6 || /^[$<{%]/.test(user)) return null;
  return { canonical: Buffer.from(`${user}:${secret}`, 'latin1') };
}

/** The header's name and what may follow it, or begin an escape of that. */
const assigned = /^authorization["'\\]{0,2}(?:\s{0,4}[:=,]|[\\%])/i;

/** DSNs of error trackers are made to stand in web pages. */
const publicHosts = /sentry|glitchtip|bugsink|ingest\./i;

function checkUserToken({ secret, groups }: Candidate): Found | null {
  const host = groups['host'] ?? '';
  if ((secret.match(/[0-9]/g)?.length ?? 0) < 3 || !looksIssued(secret) || publicHosts.test(host) || isSampleHost(host)) return null;
  return {};
}

export const rules: readonly Rule[] = [
  {
    id: 'http-basic-authorization',
    facts: ['HTTP/Authorization header Basic/Bearer'],
    name: 'HTTP Basic authorization header',
    anchors: { literals: ['authorization'] },
    pattern: /authorization["']?\s{0,4}[:=,]\s{0,4}["']?Basic\s{1,4}(?<secret>[A-Za-z0-9+/]{8,512}={0,2})/i,
    follows: assigned,
    around: [4, 640],
    confidence: 'likely',
    check: ({ secret }) => {
      const pair = decodeUserPassword(secret);
      if (pair === null || isPlaceholderPassword(pair.password) || isPlaceholder(pair.password) || sampleUsers.test(pair.user)) return null;
      const canonical = Buffer.from(`${pair.user}:${pair.password}`, 'latin1');
      return isWordPassword(pair.password) || pair.password.length < 6 ? { canonical, confidence: 'possible' } : { canonical };
    },
    examples: (rng) => [`curl -H "Authorization: Basic ${Buffer.from(`ci:${password(rng)}`).toString('base64')}" https://corp.io`],
    nearMisses: () => ['Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'Authorization: Basic realm'],
  },
  {
    id: 'http-bearer-authorization',
    facts: ['HTTP/Authorization header Basic/Bearer'],
    name: 'HTTP Bearer authorization header',
    anchors: { literals: ['authorization'] },
    pattern: /authorization["']?\s{0,4}[:=,]\s{0,4}["'`]?(?:Bearer|token)\s{1,4}(?<secret>[A-Za-z0-9._~+/-]{24,1000}={0,2})/i,
    follows: assigned,
    around: [4, 1100],
    confidence: 'likely',
    rank: -1,
    check: checkBearer,
    examples: (rng) => [`curl -H "Authorization: Bearer a1Z9${rng.chars(alphabets.alnum, 40)}" https://corp.io`],
    nearMisses: (rng) => [
      'Authorization: Bearer mF_9.B5f-4.1JqM',
      'Authorization: Bearer <token>',
      `Authorization: Bearer ${rng.chars('abcdefg', 40)}`,
    ],
  },
  {
    id: 'curl-user-password',
    facts: ['Shell/Passwords on command lines in history/RUN'],
    name: 'User and password on a curl command line',
    anchors: { literals: ['dashU'] },
    pattern: /\bcurl\b[^\n]{0,240}? -u ["']?(?<secret>(?<user>[A-Za-z0-9._@-]{1,64}):(?<password>[^\s"'$<>{}]{1,128}))["']?(?=\s|$)/,
    around: [256, 224],
    confidence: 'likely',
    check: checkCurl,
    examples: (rng) => [`RUN curl -fsSL -u ci-bot:${password(rng)} https://nexus.corp.io/x.tgz\n`],
    nearMisses: () => ['curl -u user:password https://a\n', 'curl -u "$USER:$PASSWORD" https://a\n', 'sort -u file:name\n'],
  },
  {
    id: 'curl-user-token',
    facts: ['Shell/Passwords on command lines in history/RUN'],
    name: 'Token as the user on a curl command line',
    anchors: { literals: ['dashU'] },
    pattern: /\bcurl\b[^\n]{0,240}? -u ["']?(?<secret>[A-Za-z0-9_-]{20,120})(?::(?:x|X|api_token|x-oauth-basic)?)?["']?(?=\s|$)/,
    around: [256, 224],
    confidence: 'likely',
    rank: -2,
    check: checkUserToken,
    examples: (rng) => [`curl -u k7${rng.chars(alphabets.alnum, 30)}4q: https://api.corp.io/v1/charges\n`],
    nearMisses: () => [
      'curl -u "$API_TOKEN:" https://a\n',
      'curl -u your-api-key-goes-here-1: https://a\n',
      'sort -u file_name_of_2026_and_more\n',
    ],
  },
  {
    id: 'url-user-token',
    facts: ['Generic/API key / token assignment (high-entropy with key name)'],
    name: 'Token as the user of a URL',
    anchors: { literals: ['url'] },
    follows: /^:\\{0,2}\/\\{0,2}\/[A-Za-z0-9_-]{16}/,
    pattern: /\bhttps?:\/\/(?<secret>[A-Za-z0-9_-]{20,120})(?::x-oauth-basic)?@(?<host>[A-Za-z0-9.-]{4,120})/,
    lead: 6,
    around: [16, 280],
    confidence: 'likely',
    rank: -2,
    check: checkUserToken,
    examples: (rng) => [`git clone https://k7${rng.chars(alphabets.alnum, 30)}4q@git.corp.io/shop.git\n`],
    nearMisses: (rng) => [
      `https://${rng.chars(alphabets.hex, 32)}@o4.ingest.sentry.io/17\n`,
      'https://name-of-a-user-2026-and-more@git.corp.io/shop.git\n',
    ],
  },
];
