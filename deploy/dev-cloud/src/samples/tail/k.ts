import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['kagi-api-key', 'KAGI_API_KEY', '[a-z0-9_-]{11}\\.[a-z0-9_-]{43}'],
  ['kanban-api-key', 'KANBAN_API_KEY', '[A-Za-z0-9]{32}'],
  ['kanbantool-api-key', 'KANBANTOOL_API_KEY', '[A-Za-z0-9]{32}'],
  ['keen-io-api-key', 'KEEN_IO_API_KEY', '[A-Z0-9]{64}'],
  ['kickbox-api-key', 'KICKBOX_API_KEY', '[A-Za-z0-9]{32}'],
  ['klaviyo-api-key', 'KLAVIYO_API_KEY', 'pk_[a-z0-9]{34}'],
  ['kling-ai-secret-key', 'KLING_AI_SECRET', '[A-Za-z0-9]{32}'],
  ['klipfolio-api-key', 'KLIPFOLIO_API_KEY', '[a-f0-9]{40}'],
  ['knapsackpro-token', 'KNAPSACK_PRO_TOKEN', '[a-z0-9]{32}'],
  ['kontent-api-key', 'KONTENT_API_KEY', '[a-z0-9-]{36}'],
  ['kylas-api-key', 'KYLAS_API_KEY', '[a-z0-9-]{36}'],
]);
