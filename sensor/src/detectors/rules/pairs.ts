import { generateKeyPairSync } from 'node:crypto';
import { alphabets } from '../alphabets.ts';
import { crcHex } from '../checksum.ts';
import { looksIssued } from '../issued.ts';
import { readPem } from '../pem.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { isPlaceholderPassword } from './basic-auth.ts';
import { isValueOf } from './by-name.ts';
import { standalone } from './standalone.ts';

const uuid = (rng: Rng): string => [8, 4, 4, 4, 12].map((length) => rng.chars(alphabets.hex, length)).join('-');
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const A19 = 'A'.repeat(19);

/** The JSON that Coinbase gives out: the key's name and its private half. */
function checkCoinbase({ window, start }: Candidate): Found | null {
  const pem = readPem(window.text, start);
  const near = window.text.slice(Math.max(0, start - 400), start) + window.text.slice(pem?.end ?? start, (pem?.end ?? start) + 300);
  if (pem === null || !pem.whole || !new RegExp(`organizations/${UUID}/apiKeys/${UUID}`).test(near)) return null;
  return { start: pem.start, end: pem.end, canonical: pem.body, proven: true };
}

const ecPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString();

function zuplo(rng: Rng): string {
  const body = rng.chars(alphabets.lowerAlnum, 32);
  return `zpka_${body}_${crcHex(body)}`;
}

/** Composer's auth.json (getcomposer.org, "Authentication for privately hosted packages"). */
function checkComposer({ secret, groups, window, start }: Candidate): Found | null {
  const section = [...window.text.slice(0, start).matchAll(/"(http-basic|custom-headers|[a-z]{3,12}-(?:oauth|token)|bearer)"\s{0,8}:/g)].at(
    -1,
  )?.[1];
  if (section === undefined || isPlaceholderPassword(secret)) return null;
  const isLogin = groups['name'] === 'password' || groups['name'] === 'consumer-secret' || groups['name'] === 'token';
  if (section === 'http-basic' && !isLogin) return null;
  return isLogin ? (isValueOf('password', secret) ? {} : null) : looksIssued(secret) && secret.length >= 16 ? {} : null;
}

/** Keys with structures of their own: pairs, and values that other filters would take for nothing. */
export const rules: readonly Rule[] = [
  {
    id: 'coinbase-cdp-key',
    facts: ['Coinbase/API key'],
    name: 'Coinbase API key (name and private key)',
    anchors: { literals: ['pem'] },
    pattern: /-----BEGIN EC PRIVATE KEY-----/,
    around: [512, 1400],
    confidence: 'certain',
    prefix: '',
    rank: 1,
    check: checkCoinbase,
    examples: (rng) => [JSON.stringify({ name: `organizations/${uuid(rng)}/apiKeys/${uuid(rng)}`, privateKey: ecPem() })],
    nearMisses: (rng) => [JSON.stringify({ name: `organizations/${uuid(rng)}`, privateKey: ecPem() })],
  },
  {
    id: 'dropbox-long-lived-token',
    facts: ['Dropbox/Tokens'],
    name: 'Dropbox long-lived access token',
    anchors: { words: ['dropbox', 'dbx'], run: [64, 64] },
    pattern: /(?<![A-Za-z0-9_-])(?<secret>[A-Za-z0-9]{11}AAAAAAAAAA[A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])/,
    around: [128, 4],
    confidence: 'likely',
    // Its ten A are what a run of zeros is in base64.
    check: ({ secret }) => (looksIssued(secret.slice(21)) ? { proven: true } : null),
    examples: (rng) => [`DROPBOX_ACCESS_TOKEN=x7${rng.chars(alphabets.alnum, 9)}AAAAAAAAAA${rng.chars(alphabets.url, 43)}\n`],
    nearMisses: (rng) => [`DROPBOX_ACCESS_TOKEN=x7${rng.chars(alphabets.alnum, 9)}AAAAAAAAAA${'A'.repeat(43)}\n`],
  },
  {
    id: 'twitter-bearer-token',
    facts: ['Twitter/X/Bearer / access'],
    name: 'Twitter (X) bearer token',
    anchors: { prefixes: [A19] },
    pattern: new RegExp(`(?<![A-Za-z0-9%+/_-])A{19,24}[A-Za-z0-9%]{60,110}(?![A-Za-z0-9%+/=_-])`),
    confidence: 'likely',
    prefix: 'AAAAAAAA',
    check: ({ secret }) => (/%(?:2B|2F|3D)/i.test(secret) && looksIssued(secret.replace(/^A+/, '')) ? { proven: true } : null),
    examples: (rng) => [
      `AAA${A19}L1b${rng.chars(alphabets.alnum, 20)}%2B${rng.chars(alphabets.alnum, 30)}%3D${rng.chars(alphabets.alnum, 40)}`,
    ],
    nearMisses: (rng) => [`AAA${A19}${rng.chars(alphabets.alnum, 80)}`, 'A'.repeat(100)],
  },
  ...standalone([
    {
      id: 'paystack-secret-key',
      name: 'Paystack secret key',
      value: /sk_(?:live|test)_[a-f0-9]{40}/,
      facts: ['Adyen/Checkout/Mollie/GoCardless/Paystack/Flutterwave/Keys'],
      rank: 1,
    },
  ]),
  {
    id: 'adyen-api-key',
    facts: ['Adyen/Checkout/Mollie/GoCardless/Paystack/Flutterwave/Keys'],
    name: 'Adyen API key',
    anchors: { prefixes: ['AQE'], words: ['adyen'], run: [16, 400] },
    anywhere: true,
    pattern:
      /(?<![A-Za-z0-9+/_-])(?<secret>AQE[A-Za-z0-9+/]{60,200}={0,2}-[A-Za-z0-9+/]{40,80}={0,2}-[!#-&(-_a-~]{8,32})(?=[\s"'\x60<>,]|$)/,
    around: [320, 400],
    confidence: 'likely',
    prefix: 'AQE',
    // Its last part is of signs, too, and may look like a template.
    check: ({ secret }) => (looksIssued(secret.slice(3, 60)) ? { proven: true } : null),
    examples: (rng) => [
      `ADYEN_API_KEY=AQE${rng.chars(alphabets.alnum, 20)}/${rng.chars(alphabets.alnum, 70)}==-${rng.chars(alphabets.alnum, 43)}=-x7;s4}%kU,D9aQ2`,
    ],
    nearMisses: (rng) => [`AQE${rng.chars(alphabets.alnum, 90)}`],
  },
  {
    id: 'zuplo-api-key',
    facts: ['Zuplo/API key'],
    name: 'Zuplo API key',
    anchors: { prefixes: ['zpka_'] },
    pattern: /zpka_(?<body>[a-z0-9]{32})_(?<tail>[a-f0-9]{8})(?![A-Za-z0-9_-])/,
    confidence: 'certain',
    prefix: 'zpka_',
    check: ({ groups: { body = '', tail } }) => (crcHex(body) === tail ? { proven: true } : { confidence: 'possible' }),
    examples: (rng) => [zuplo(rng)],
    nearMisses: (rng) => [`zpka_${rng.chars(alphabets.lowerAlnum, 30)}_${rng.chars(alphabets.hex, 8)}`],
  },
  {
    id: 's3-presigned-url',
    facts: ['AWS/S3 presigned URL'],
    name: 'Signature of a presigned AWS URL',
    anchors: { words: ['amz-signature'], run: [64, 64] },
    pattern: /X-Amz-Signature=(?<secret>[0-9a-f]{64})(?![0-9a-f])/i,
    around: [1200, 1024],
    // It lasts seven days at most (Signature Version 4, X-Amz-Expires): in an image it has expired as a rule.
    confidence: 'possible',
    check: ({ window }) => (/X-Amz-Credential=[^&\s]{3,64}(?:%2F|\/)/i.test(window.text) ? {} : null),
    examples: (rng) => [
      `https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIA${rng.chars(alphabets.base32, 16)}%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Expires=600&X-Amz-Signature=4f${rng.chars(alphabets.hex, 62)}\n`,
    ],
    nearMisses: (rng) => [`https://b/k?X-Amz-Signature=4f${rng.chars(alphabets.hex, 62)}\n`],
  },
  {
    id: 'honeycomb-ingest-key',
    facts: ['Honeycomb/API key'],
    name: 'Honeycomb ingest or management key',
    // The third letter is drawn with the key; its id and its secret stand together (docs.honeycomb.io, "Authentication").
    anchors: { prefixes: Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => [`hc${letter}ik_`, `hc${letter}mk_`]).flat() },
    pattern: /hc[a-z](?:ik|mk)_[A-Za-z0-9]{26}:?[A-Za-z0-9]{32}(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    prefix: 'hca',
    check: ({ secret }) => (looksIssued(secret.slice(6)) ? {} : null),
    examples: (rng) => [
      `hcaik_${rng.chars(alphabets.lowerAlnum, 58)}`,
      `hcxmk_${rng.chars(alphabets.lowerAlnum, 26)}:${rng.chars(alphabets.alnum, 32)}`,
    ],
    nearMisses: (rng) => [`hcaik_${rng.chars(alphabets.lowerAlnum, 26)}`],
  },
  {
    id: 'recaptcha-secret-key',
    facts: ['Google/reCAPTCHA secret'],
    name: 'reCAPTCHA secret key',
    anchors: { words: ['recaptcha', 'captcha'], run: [40, 40] },
    // The site key, which is public, has the same form.
    pattern:
      /captcha[\w."' :{[\]-]{0,40}(?:secret|private)[\w.-]{0,16}["'\]]{0,2}\s{0,4}(?:=>|[=:,]|\s)\s{0,4}["']?(?<secret>6L[A-Za-z0-9_-]{38})(?![A-Za-z0-9_-])/i,
    around: [128, 4],
    confidence: 'likely',
    examples: (rng) => [`RECAPTCHA_SECRET_KEY=6Le${rng.chars(alphabets.alnum, 5)}AAAAA${rng.chars(alphabets.alnum, 27)}\n`],
    nearMisses: (rng) => [`RECAPTCHA_SITE_KEY=6Le${rng.chars(alphabets.alnum, 5)}AAAAA${rng.chars(alphabets.alnum, 27)}\n`],
  },
  {
    id: 'sidekiq-licence',
    facts: ['sidekiq/sidekiq-secret'],
    name: 'Login of Sidekiq Pro or Enterprise for Bundler',
    anchors: { prefixes: ['BUNDLE_GEMS__CONTRIBSYS__COM', 'BUNDLE_ENTERPRISE__CONTRIB'] },
    pattern: /BUNDLE_(?:GEMS|ENTERPRISE)__CONTRIBSYS__COM["']?(?:=|: |\s{1,4})["']?(?<secret>[0-9a-f]{8}:[0-9a-f]{8})(?![0-9a-f])/,
    confidence: 'likely',
    check: ({ secret }) => (/cafebabe|deadbeef/.test(secret) ? null : {}),
    examples: (rng) => [`BUNDLE_GEMS__CONTRIBSYS__COM=4f${rng.chars(alphabets.hex, 6)}:${rng.chars(alphabets.hex, 8)}\n`],
    nearMisses: () => ['BUNDLE_GEMS__CONTRIBSYS__COM=cafebabe:deadbeef\n'],
  },
  {
    id: 'automation-webhook',
    facts: ['Okta/Zapier/Tines webhooks/Webhook URLs'],
    name: 'Webhook URL of Zapier or Tines',
    anchors: { prefixes: ['hooks.zapier.com'], words: ['tines'], run: [16, 80] },
    anywhere: true,
    pattern:
      /(?<secret>https:\/\/(?:hooks\.zapier\.com\/hooks\/catch\/\d{4,10}\/[a-z0-9]{6,20}|[a-z0-9-]{1,63}\.tines\.com\/webhook\/[a-f0-9]{20,40}\/[a-f0-9]{20,40}))(?![A-Za-z0-9_-])/,
    around: [128, 128],
    confidence: 'likely',
    examples: (rng) => [
      `ZAP=https://hooks.zapier.com/hooks/catch/7351824/b7${rng.chars(alphabets.lowerAlnum, 5)}/\n`,
      `https://corp.tines.com/webhook/${rng.chars(alphabets.hex, 32)}/${rng.chars(alphabets.hex, 32)}\n`,
    ],
    nearMisses: () => ['https://hooks.zapier.com/hooks/catch/\n'],
  },
  {
    id: 'composer-credential',
    facts: ['Composer/auth.json'],
    name: 'Login or token in an auth.json of Composer',
    anchors: { files: /(?:^|\/)auth\.json$/ },
    requires: /"(?:http-basic|bearer|[a-z]{3,12}-(?:oauth|token))"\s{0,8}:\s{0,8}\{/,
    pattern: /"(?<name>[A-Za-z0-9.:-]{3,128})"\s{0,8}:\s{0,8}"(?<secret>[^"\\\s]{6,512})"/,
    around: [0, 16 * 1024],
    confidence: 'likely',
    rank: -1,
    check: checkComposer,
    examplePath: 'root/.composer/auth.json',
    examples: (rng) => [
      `{"http-basic": {"repo.corp.io": {"username": "ci", "password": "v${rng.chars(alphabets.alnum, 12)}9K"}}}`,
      `{"bearer": {"repo.corp.io": "k7${rng.chars(alphabets.alnum, 30)}4Q"}}`,
    ],
    nearMisses: () => ['{"http-basic": {"repo.corp.io": {"username": "ci-bot-9000", "password": "password"}}}'],
  },
];
