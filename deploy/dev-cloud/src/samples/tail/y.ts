import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['yandex-cloud-static-key', 'YANDEX_SECRET_KEY', 'YC[A-Za-z0-9_-]{38}'],
  ['yandex-cloud-api-key', 'YANDEX_API_KEY', 'AQVN[A-Za-z0-9_-]{35,38}'],
  ['yelp-api-key', 'YELP_API_KEY', '[A-Za-z0-9_-]{128}'],
  ['youneedabudget-api-key', 'YOUNEEDABUDGET_API_KEY', '[a-f0-9]{64}'],
  ['yousign-api-key', 'YOUSIGN_API_KEY', '[a-z0-9]{32}'],
]);
