import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['hubspot-api-key', 'HUBSPOT_API_KEY', '[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}'],
  ['hubspot-private-app-token', 'HUBSPOT_TOKEN', 'pat-(?:na|eu|ap)[12]-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}'],
  ['happyscribe-api-key', 'HAPPYSCRIBE_API_KEY', '[A-Za-z0-9]{24}'],
  ['harvest-api-key', 'HARVEST_API_KEY', '[A-Za-z0-9]{32}'],
  ['hasura-api-key', 'HASURA_API_KEY', '[A-Za-z0-9]{32}'],
  ['hellosign-api-key', 'HELLO_SIGN_API_KEY', '[A-Za-z0-9+/-]{64}'],
  ['helpcrunch-api-key', 'HELP_CRUNCH_API_KEY', '[A-Za-z0-9+/]{326,328}={0,2}'],
  ['helpscout-api-key', 'HELPSCOUT_API_KEY', '[a-z0-9]{40}'],
  ['here-api-key', 'HEREAPI_API_KEY', '[A-Za-z0-9_-]{43}'],
  ['hive-api-key', 'HIVE_API_KEY', '[A-Za-z0-9]{32}'],
  ['hiveage-api-key', 'HIVEAGE_API_KEY', '[A-Za-z0-9]{32}'],
  ['holiday-api-key', 'HOLIDAY_API_KEY', '[a-z0-9-]{36}'],
  ['holistic-api-key', 'HOLISTIC_API_KEY', '[a-f0-9]{64}'],
  ['host-api-key', 'HOST_IO_API_KEY', '[A-Za-z0-9]{32}'],
  ['html2pdf-api-key', 'HTML_2_PDF_API_KEY', '[A-Za-z0-9]{64}'],
  ['humanity-api-key', 'HUMANITY_API_KEY', '[a-z0-9]{40}'],
  ['hunter-api-key', 'HUNTER_API_KEY', '[a-z0-9_-]{40}'],
  ['hybiscus-api-key', 'HYBISCUS_API_KEY', '[A-Za-z0-9]{43}'],
  ['hypertrack-api-key', 'HYPERTRACK_API_KEY', '[A-Za-z0-9]{32}'],
]);
