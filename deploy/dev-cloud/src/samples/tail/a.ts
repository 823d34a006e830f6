import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['adafruit-io-key', 'ADAFRUIT_IO_KEY', 'aio_[A-Za-z0-9]{28}'],
  ['alegra-api-key', 'ALEGRA_API_TOKEN', '[0-9a-f]{20}'],
  ['apify-api-token', 'APIFY_TOKEN', 'apify_api_[A-Za-z0-9]{34,38}'],
  ['apifonica-api-key', 'APIFONICA_PASSWORD', '[0-9a-z]{11}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}'],
  ['apilayer-api-key', 'APILAYER_KEY', '[a-zA-Z0-9]{32}'],
  ['atera-api-key', 'ATERA_API_KEY', '[0-9a-z]{32}'],
  ['aviationstack-api-key', 'AVIATIONSTACK_ACCESS_KEY', '[a-z0-9]{32}'],
  ['axonaut-api-key', 'AXONAUT_API_KEY', '[a-z0-9]{32}'],
  ['ayrshare-api-key', 'AYRSHARE_API_KEY', '[A-Z0-9]{8}-[A-Z0-9]{8}-[A-Z0-9]{8}-[A-Z0-9]{8}'],
]);
