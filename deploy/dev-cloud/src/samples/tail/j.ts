import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['jotform-api-key', 'JOT_FORM_API_KEY', '[A-Za-z0-9]{32}'],
  ['jupiterone-api-key', 'JUPITER_ONE_API_KEY', '[A-Za-z0-9]{76}'],
  ['juro-api-key', 'JURO_API_KEY', '[A-Za-z0-9]{40}'],
]);
