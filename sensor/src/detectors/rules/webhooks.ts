import { alphabets } from '../alphabets.ts';
import type { Rng, Rule } from '../rule.ts';

const uuid = (rng: Rng): string => [8, 4, 4, 4, 12].map((length) => rng.chars(alphabets.hex, length)).join('-');
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** Addresses that let anybody who knows them post. */
export const rules: readonly Rule[] = [
  {
    id: 'discord-webhook',
    name: 'Discord webhook URL',
    facts: ['Discord/Webhook URL'],
    anchors: { words: ['webhooks'], run: [60, 80] },
    pattern:
      /(?<secret>https:\/\/(?:[a-z]{1,8}\.)?discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{17,20}\/[A-Za-z0-9_-]{60,80})(?![A-Za-z0-9_-])/,
    around: [128, 4],
    confidence: 'likely',
    examples: (rng) => [`https://discord.com/api/webhooks/${rng.chars('123456789', 18)}/a1${rng.chars(alphabets.url, 66)}`],
    nearMisses: () => ['https://discord.com/api/webhooks/123456789012345678/token'],
  },
  {
    id: 'teams-webhook',
    name: 'Microsoft Teams webhook URL',
    facts: ['Microsoft Teams/Webhook'],
    anchors: { words: ['incomingwebhook'], run: [32, 32] },
    pattern: new RegExp(
      String.raw`(?<secret>https:\/\/[a-z0-9-]{1,63}\.webhook\.office\.com\/webhookb2\/${UUID}@${UUID}\/IncomingWebhook\/[0-9a-f]{32}\/${UUID})`,
    ),
    around: [256, 64],
    confidence: 'likely',
    examples: (rng) => [
      `https://corp.webhook.office.com/webhookb2/${uuid(rng)}@${uuid(rng)}/IncomingWebhook/a1${rng.chars(alphabets.hex, 30)}/${uuid(rng)}`,
    ],
    nearMisses: (rng) => [`https://corp.webhook.office.com/webhookb2/${uuid(rng)}/IncomingWebhook/a1${rng.chars(alphabets.hex, 30)}`],
  },
];
