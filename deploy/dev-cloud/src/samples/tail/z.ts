import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['zenkit-api-key', 'ZENKIT_API_KEY', '[a-z0-9]{8}-[A-Za-z0-9]{32}'],
  ['zenrows-api-key', 'ZEN_ROWS_API_KEY', '[a-f0-9]{40}'],
  ['zenscrape-api-key', 'ZENSCRAPE_API_KEY', '[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}'],
  ['zenserp-api-key', 'ZENSERP_API_KEY', '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'],
  ['zeplin-api-key', 'ZEPLIN_API_KEY', '[A-Za-z0-9.-]{350,400}'],
  ['zerobounce-api-key', 'ZEROBOUNCE_API_KEY', '[a-z0-9]{32}'],
  ['zerotier-api-key', 'ZERO_TIER_API_KEY', '[A-Za-z0-9]{32}'],
  ['zipapi-api-key', 'ZIPAPI_API_KEY', '[A-Za-z0-9]{32}'],
  ['zipbooks-api-key', 'ZIPBOOKS_API_KEY', '[A-Za-z0-9]{32}'],
  ['zipcodeapi-key', 'ZIP_CODE_API_API_KEY', '[A-Za-z0-9]{64}'],
  ['zipcodebase-api-key', 'ZIPCODEBASE_API_KEY', '[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}'],
  ['zoho-crm-api-access-token', 'ZOHO_CRM_ACCESS_TOKEN', '1000\\.[a-f0-9]{32}\\.[a-f0-9]{32}'],
  ['zonkafeedback-api-token', 'ZONKA_FEEDBACK_TOKEN', '[A-Za-z0-9]{36}'],
  ['zulipchat-api-key', 'ZULIPCHAT_API_KEY', '[A-Za-z0-9]{32}'],
]);
