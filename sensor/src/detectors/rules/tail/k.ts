import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord } from './rows.ts';

export const rules: readonly Rule[] = [
  ...besideWord([
    ['kanbantool-api-key', 'Kanbantool API key', 'kanbantool', undefined, 'kanbantool/API key'],
    ['keen-io-api-key', 'Keen.io API key', 'keen io', /[A-Z0-9]{64}/, 'keenio/Keen.io API Key'],
    ['kickbox-api-key', 'Kickbox API key', 'kickbox', undefined, 'kickbox/API key'],
    ['klaviyo-api-key', 'Klaviyo API key', 'klaviyo', /pk_[a-z0-9]{34}/, 'klaviyo/klaviyo-api-key'],
    ['kling-ai-secret-key', 'Kling AI secret key', 'kling ai', /[A-Za-z0-9]{32}/, 'klingai/Kling AI Secret Key'],
    ['klipfolio-api-key', 'Klipfolio API key', 'klipfolio', /[a-f0-9]{40}/, 'klipfolio/Klipfolio API Key'],
    ['knapsackpro-token', 'KnapsackPro token', 'knapsack pro', /[a-z0-9]{32}/, 'knapsackpro/KnapsackPro Token'],
    ['kylas-api-key', 'Kylas API key', 'kylas', /[a-z0-9-]{36}/, 'kylas/Kylas API Key'],
  ]),
  ...besideEveryday([
    ['kagi-api-key', 'Kagi API key', 'kagi', /[a-z0-9_-]{11}\.[a-z0-9_-]{43}/, 'kagi/kagi-api-key'],
    ['kanban-api-key', 'Kanban API key', 'kanban', undefined, 'kanban/API key'],
    ['kontent-api-key', 'Kontent API key', 'kontent', /[a-z0-9-]{36}/, 'kontent/Kontent API Key'],
  ]),
];
