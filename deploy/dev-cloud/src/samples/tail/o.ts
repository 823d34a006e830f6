import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['oanda-api-key', 'OANDA_API_KEY', '[A-Za-z0-9]{24}'],
  ['ollama-api-key', 'OLLAMA_API_KEY', '[a-f0-9]{32}\\.[A-Za-z0-9_-]{24}'],
  ['omnisend-api-key', 'OMNISEND_API_KEY', '[A-Za-z0-9-]{75}'],
  ['onedesk-api-key', 'ONEDESK_API_KEY', '[A-Za-z0-9]{32}'],
  ['onepagecrm-api-key', 'ONEPAGECRM_API_KEY', '[A-Za-z0-9]{32}'],
  ['onfido-live-api-token-ca', 'ONFIDO_TOKEN', 'api_live_ca\\.[A-Za-z0-9_-]{20,80}'],
  ['onfido-live-api-token-eu', 'ONFIDO_TOKEN', 'api_live\\.[A-Za-z0-9_-]{20,80}'],
  ['onfido-live-api-token-us', 'ONFIDO_TOKEN', 'api_live_us\\.[A-Za-z0-9_-]{20,80}'],
  ['onfleet-api-key', 'ONFLEET_API_KEY', '[a-z0-9]{32}'],
  ['oopspam-api-key', 'OOP_SPAM_API_KEY', '[A-Za-z0-9]{40}'],
  ['opencagedata-api-key', 'OPEN_CAGE_DATA_API_KEY', '[a-z0-9]{32}'],
  ['openuv-api-key', 'OPEN_UV_API_KEY', '[a-z0-9]{32}'],
  ['openvpn-api-key', 'OPENVPN_API_KEY', '[A-Za-z0-9]{32}'],
  ['openweather-api-key', 'OPEN_WEATHER_API_KEY', '[a-z0-9]{32}'],
  ['optimizely-api-key', 'OPTIMIZELY_API_KEY', '2:[A-Za-z0-9_-]{52}'],
  ['overloop-api-key', 'OVERLOOP_API_KEY', '[A-Za-z0-9_-]{50}'],
  ['owlbot-api-key', 'OWLBOT_API_KEY', '[a-z0-9]{40}'],
]);
