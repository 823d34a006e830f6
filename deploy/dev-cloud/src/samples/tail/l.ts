import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['linear-oauth-token', 'LINEAR_TOKEN', 'lin_oauth_[a-f0-9]{64}'],
  ['langsmith-api-key', 'LANGSMITH_API_KEY', 'lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}'],
  ['langfuse-api-key', 'LANGFUSE_SECRET_KEY', 'sk-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'],
  ['languagelayer-api-key', 'LANGUAGE_LAYER_API_KEY', '[a-z0-9]{32}'],
  ['leadfeeder-api-key', 'LEADFEEDER_API_KEY', '[A-Za-z0-9-]{43}'],
  ['lemlist-api-key', 'LEMLIST_API_KEY', '[a-f0-9]{32}'],
  ['lessannoyingcrm-api-key', 'LESS_ANNOYING_CRM_API_KEY', '[A-Za-z0-9-]{57}'],
  ['lichess-personal-access-token', 'LICHESS_ACCESS_TOKEN', 'lip_[A-Za-z0-9_]{16,60}'],
  ['linkpreview-api-key', 'LINK_PREVIEW_API_KEY', '[A-Za-z0-9]{32}'],
  ['liveagent-api-key', 'LIVEAGENT_API_KEY', '[A-Za-z0-9]{32}'],
  ['loadmill-api-key', 'LOADMILL_API_KEY', '[A-Za-z0-9]{40}'],
  ['lob-api-key', 'LOB_API_KEY', '[A-Za-z0-9_]{40}'],
  ['locationiq-api-key', 'LOCATIONIQ_API_KEY', 'pk\\.[a-f0-9]{32}'],
  ['loginradius-api-key', 'LOGINRADIUS_API_KEY', '[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}'],
  ['lokalise-api-key', 'LOKALISE_API_KEY', '[a-z0-9]{40}'],
  ['looker-client-secret', 'LOOKER_SECRET', '[a-z0-9]{24}'],
  ['loyverse-api-key', 'LOYVERSE_API_KEY', '[a-z0-9]{32}'],
  ['lunchmoney-api-key', 'LUNCH_MONEY_API_KEY', '[a-f0-9]{50}'],
  ['luno-api-key', 'LUNO_API_KEY', '[A-Za-z0-9]{32}'],
]);
