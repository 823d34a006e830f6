import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['nasa-api-key', 'NASA_API_KEY', '[A-Za-z0-9]{40}'],
  ['nasdaq-data-link-api-key', 'NASDAQ_DATA_LINK_API_KEY', '[A-Za-z0-9_-]{20}'],
  ['nethunt-api-key', 'NETHUNT_API_KEY', '[A-Za-z0-9]{32}'],
  ['netsuite-api-key', 'NETSUITE_API_KEY', '[A-Za-z0-9]{32}'],
  ['neutrinoapi-api-key', 'NEUTRINOAPI_API_KEY', '[A-Za-z0-9]{32}'],
  ['new-york-times-api-key', 'NEW_YORK_TIMES_API_KEY', '[A-Za-z0-9]{32}'],
  ['newsapi-key', 'NEWS_API_API_KEY', '[a-z0-9]{32}'],
  ['newscatcher-api-key', 'NEWSCATCHER_API_KEY', '[A-Za-z0-9_]{43}'],
  ['ngc-api-key', 'NGC_API_KEY', '[A-Za-z0-9]{32}'],
  ['nicereply-api-key', 'NICEREPLY_API_KEY', '[a-f0-9]{40}'],
  ['nightfall-api-key', 'NIGHTFALL_API_KEY', '[A-Za-z0-9]{32}'],
  ['nimble-api-key', 'NIMBLE_API_KEY', '[A-Za-z0-9]{30}'],
  ['noticeable-api-key', 'NOTICEABLE_API_KEY', '[A-Za-z0-9]{20}'],
  ['numverify-api-key', 'NUMVERIFY_API_KEY', '[a-z0-9]{32}'],
  ['nutritionix-api-key', 'NUTRITIONIX_API_KEY', '[A-Za-z0-9]{32}'],
  ['nylas-api-key', 'NYLAS_API_KEY', '[A-Za-z0-9]{30}'],
]);
