import { alphabets } from '../alphabets.ts';
import type { Rng, Rule } from '../rule.ts';

const digits = (rng: Rng, length: number): string => `${rng.below(9) + 1}${rng.chars(alphabets.digits, length - 1)}`;

export const rules: readonly Rule[] = [
  {
    id: 'slack-bot-token',
    facts: ['Slack/Bot / user / app / legacy tokens'],
    name: 'Slack bot token',
    anchors: { prefixes: ['xoxb-'] },
    pattern: /xoxb-[0-9]{10,13}-(?:[0-9]{10,13}-)?[A-Za-z0-9]{24}(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    prefix: 'xoxb-',
    examples: (rng) => [`xoxb-${digits(rng, 12)}-${digits(rng, 13)}-${rng.chars(alphabets.alnum, 24)}`],
    nearMisses: (rng) => [`xoxb-${digits(rng, 12)}-${digits(rng, 13)}-${rng.chars(alphabets.alnum, 20)}`, 'xoxb-your-token-goes-here'],
  },
  {
    id: 'slack-user-token',
    facts: ['Slack/Bot / user / app / legacy tokens'],
    name: 'Slack user token',
    anchors: { prefixes: ['xoxp-', 'xoxe.xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-'] },
    pattern: /xox[parso]-(?:[0-9]{10,13}-){1,3}[A-Za-z0-9]{24,64}(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    prefix: 'xoxp-',
    examples: (rng) => [`xoxp-${digits(rng, 12)}-${digits(rng, 12)}-${digits(rng, 13)}-${rng.chars(alphabets.hex, 32)}`],
    nearMisses: (rng) => [`xoxp-${digits(rng, 12)}-${rng.chars(alphabets.hex, 10)}`],
  },
  {
    id: 'slack-config-token',
    facts: ['Slack/Bot / user / app / legacy tokens'],
    name: 'Slack configuration or refresh token',
    anchors: { prefixes: ['xoxe-', 'xoxe.xox'] },
    pattern: /xoxe(?:\.xox[bp])?-[0-9]-[A-Za-z0-9]{140,200}(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    prefix: 'xoxe',
    examples: (rng) => [`xoxe.xoxp-1-${rng.chars(alphabets.alnum, 163)}`, `xoxe-1-${rng.chars(alphabets.alnum, 146)}`],
    nearMisses: (rng) => [`xoxe-1-${rng.chars(alphabets.alnum, 30)}`],
  },
  {
    id: 'slack-app-token',
    facts: ['Slack/Bot / user / app / legacy tokens'],
    name: 'Slack app-level token',
    anchors: { prefixes: ['xapp-'] },
    pattern: /xapp-[0-9]-A[A-Z0-9]{8,12}-[0-9]{10,13}-[0-9a-f]{64}(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    prefix: 'xapp-',
    examples: (rng) => [`xapp-1-A0${rng.chars('ABCDEFGH0123456789', 9)}-${digits(rng, 13)}-${rng.chars(alphabets.hex, 64)}`],
    nearMisses: (rng) => [`xapp-1-A0${rng.chars('ABCDEFGH', 9)}-${digits(rng, 13)}-${rng.chars(alphabets.hex, 32)}`],
  },
  {
    id: 'slack-webhook',
    facts: ['Slack/Incoming webhook'],
    name: 'Slack webhook address',
    anchors: { prefixes: ['hooks.slack.com/'] },
    pattern:
      /hooks\.slack\.com\/(?<secret>(?:services\/T[A-Z0-9]{8,11}\/B[A-Z0-9]{8,11}|(?:workflows|triggers)\/[A-Z0-9]{8,12}\/[A-Z0-9]{8,20})\/[A-Za-z0-9]{24,48})(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    examples: (rng) => [
      `https://hooks.slack.com/services/T0${rng.chars('ABCDEFGH0123456789', 8)}/B0${rng.chars('ABCDEFGH0123456789', 8)}/${rng.chars(alphabets.alnum, 24)}\n`,
    ],
    nearMisses: (rng) => [
      `https://hooks.slack.com/services/T00000000/B00000000/${'X'.repeat(24)}\n`,
      `https://hooks.slack.example/services/T0${rng.chars('ABCDEFGH', 8)}/B0${rng.chars('ABCDEFGH', 8)}/${rng.chars(alphabets.alnum, 24)}\n`,
    ],
  },
];
