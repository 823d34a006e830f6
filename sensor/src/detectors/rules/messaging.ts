import { alphabets } from '../alphabets.ts';
import type { Rng, Rule } from '../rule.ts';
import { near } from './near.ts';
import { token } from './token.ts';

/** The first part of a Discord token is base64 of a snowflake: 17 to 20 decimal digits. */
const snowflakePrefixes = Array.from({ length: 90 }, (_, i) =>
  Buffer.from(`${i + 10}0`)
    .toString('base64')
    .slice(0, 3),
);
const snowflake = (rng: Rng): string => Buffer.from(`1${rng.chars(alphabets.digits, 17)}`).toString('base64url');

export const rules: readonly Rule[] = [
  {
    id: 'discord-bot-token',
    facts: ['Discord/Bot token'],
    name: 'Discord bot token',
    anchors: { prefixes: snowflakePrefixes },
    pattern: /(?<![A-Za-z0-9_.-])(?<id>[MNO][A-Za-z0-9]{22,27})\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}(?![A-Za-z0-9_.-])/,
    confidence: 'likely',
    check: ({ groups }) => (/^[0-9]{17,20}$/.test(Buffer.from(groups['id'] ?? '', 'base64url').toString('latin1')) ? {} : null),
    examples: (rng) => [`${snowflake(rng)}.${rng.chars(alphabets.url, 6)}.${rng.chars(alphabets.alnum, 38)}`],
    nearMisses: (rng) => [`MTExample${rng.chars(alphabets.alnum, 17)}.${rng.chars(alphabets.url, 6)}.${rng.chars(alphabets.alnum, 38)}`],
  },
  {
    id: 'telegram-bot-token',
    facts: ['Telegram/Bot token'],
    name: 'Telegram bot token',
    anchors: { prefixes: [':AA'] },
    pattern: /(?<![A-Za-z0-9:._-])(?:bot)?(?<secret>[0-9]{8,10}:AA[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])/,
    anywhere: true,
    around: [32, 64],
    confidence: 'likely',
    examples: (rng) => [`TELEGRAM_TOKEN=${digits(rng, 10)}:AA${rng.chars(alphabets.alnum, 33)}\n`],
    nearMisses: (rng) => [
      `${digits(rng, 5)}:AA${rng.chars(alphabets.alnum, 33)}`,
      `${digits(rng, 10)}:AA${rng.chars(alphabets.alnum, 40)}`,
    ],
  },
  {
    id: 'sendgrid-api-key',
    facts: ['SendGrid/API key'],
    name: 'SendGrid API key',
    anchors: { prefixes: ['SG.'] },
    pattern: /SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    prefix: 'SG.',
    examples: (rng) => [`SG.${rng.chars(alphabets.url, 22)}.${rng.chars(alphabets.url, 43)}`],
    nearMisses: (rng) => [`SG.${rng.chars(alphabets.url, 22)}.${rng.chars(alphabets.url, 30)}`],
  },
  ...near([
    {
      id: 'twilio-api-key',
      facts: ['Twilio/API key / account SID+token'],
      name: 'Twilio API key',
      words: ['twilio'],
      value: /SK[0-9a-f]{32}/,
    },
  ]),
  ...near([
    {
      id: 'twilio-auth-token',
      facts: ['Twilio/API key / account SID+token'],
      name: 'Twilio auth token',
      words: ['twilio'],
      value: /[0-9a-f]{32}/,
    },
  ]),
  {
    id: 'mailgun-api-key',
    facts: ['Mailgun/Private key'],
    name: 'Mailgun private API key',
    anchors: { keywords: ['mailgun', 'mg_api'], prefixes: ['key-'] },
    pattern: /(?<![A-Za-z0-9_-])(?<secret>key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8})(?![A-Za-z0-9_-])/,
    anywhere: true,
    around: [128, 64],
    confidence: 'likely',
    prefix: 'key-',
    check: ({ window, secret }) => (secret.startsWith('key-') || /mailgun|mg_api/i.test(window.text) ? {} : null),
    examples: (rng) => [
      `MAILGUN_API_KEY=key-${rng.chars(alphabets.hex, 32)}`,
      `mailgun: ${[32, 8, 8].map((n) => rng.chars(alphabets.hex, n)).join('-')}`,
    ],
    nearMisses: (rng) => [`key-${rng.chars(alphabets.hex, 30)}`],
  },
  {
    id: 'mailchimp-api-key',
    facts: ['Mailchimp/API key'],
    name: 'Mailchimp API key',
    anchors: { keywords: ['mailchimp', 'mailchimp_api', 'chimp'], run: [36, 37] },
    pattern: /(?<![A-Za-z0-9_-])(?<secret>[0-9a-f]{32}-us[0-9]{1,2})(?![A-Za-z0-9_-])/,
    around: [128, 2],
    confidence: 'likely',
    examples: (rng) => [`MAILCHIMP_API_KEY=${rng.chars(alphabets.hex, 32)}-us${rng.below(20) + 1}\n`],
    nearMisses: (rng) => [`MAILCHIMP_API_KEY=${rng.chars(alphabets.hex, 32)}-eu1\n`],
  },
  token({
    id: 'brevo-api-key',
    facts: ['Brevo/Sendinblue/API key'],
    name: 'Brevo API key',
    prefix: 'xkeysib-',
    body: 'hex',
    length: 64,
    tail: '-[A-Za-z0-9]{16}',
    example: (rng) => `xkeysib-${rng.chars(alphabets.hex, 64)}-${rng.chars(alphabets.alnum, 16)}`,
  }),
];

function digits(rng: Rng, length: number): string {
  return `${rng.below(9) + 1}${rng.chars(alphabets.digits, length - 1)}`;
}
