import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...withPrefix([
    [
      'onepassword-service-account-token',
      '1Password service account token',
      /ops_eyJ[A-Za-z0-9_-]{250,900}={0,2}/,
      '1Password/Secret key / service account token',
    ],
    ['openshift-token', 'OpenShift user token', /sha256~[A-Za-z0-9_-]{43}/, 'OpenShift/User token'],
    ['onfido-live-api-token-ca', 'Onfido live API token ca', /api_live_ca\.[A-Za-z0-9_-]{20,80}/, 'onfido/onfido-live-api-token-ca'],
    ['onfido-live-api-token-eu', 'Onfido live API token eu', /api_live\.[A-Za-z0-9_-]{20,80}/, 'onfido/onfido-live-api-token-eu'],
    ['onfido-live-api-token-us', 'Onfido live API token us', /api_live_us\.[A-Za-z0-9_-]{20,80}/, 'onfido/onfido-live-api-token-us'],
  ]),
  ...besideWord([
    ['okta-api-token', 'Okta API token', ['okta', 'ssws'], /00[A-Za-z0-9_-]{40}/, 'Okta/API token'],
    [
      'onepassword-secret-key',
      '1Password secret key',
      ['onepassword', 'agilebits', 'op secret', 'op account'],
      /A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}/,
      '1Password/Secret key / service account token',
    ],
    ['oanda-api-key', 'Oanda API key', 'oanda', /[A-Za-z0-9]{24}/, 'oanda/Oanda API Key'],
    ['ollama-api-key', 'Ollama API key', 'ollama', /[a-f0-9]{32}\.[A-Za-z0-9_-]{24}/, 'ollama/Ollama API Key'],
    ['omnisend-api-key', 'Omnisend API key', 'omnisend', /[A-Za-z0-9-]{75}/, 'omnisend/Omnisend API Key'],
    ['onedesk-api-key', 'Onedesk API key', 'onedesk', undefined, 'onedesk/API key'],
    ['onepagecrm-api-key', 'Onepagecrm API key', 'onepagecrm', undefined, 'onepagecrm/API key'],
    ['onfleet-api-key', 'Onfleet API key', 'onfleet', /[a-z0-9]{32}/, 'onfleet/Onfleet API Key'],
    ['oopspam-api-key', 'OOPSpam API key', 'oop spam', /[A-Za-z0-9]{40}/, 'oopspam/OOPSpam API Key'],
    ['opencagedata-api-key', 'OpenCageData API key', 'open cage data', /[a-z0-9]{32}/, 'opencagedata/OpenCageData API Key'],
    ['openuv-api-key', 'OpenUV API key', 'open uv', /[a-z0-9]{32}/, 'openuv/OpenUV API Key'],
    [
      'openweather-api-key',
      'Openweather API key',
      ['open weather', 'open weather map'],
      /[a-z0-9]{32}/,
      ['openweather/openweather-api-key', 'openweather/OpenWeather Map API Key'],
    ],
    [
      'optimizely-api-key',
      'Optimizely API key',
      'optimizely',
      /2:[A-Za-z0-9_-]{52}/,
      ['optimizely/Optimizely API Key', 'optimizely/Optimizely Personal Access Token'],
    ],
    ['overloop-api-key', 'Overloop API key', 'overloop', /[A-Za-z0-9_-]{50}/, 'overloop/Overloop API Key'],
    ['owlbot-api-key', 'Owlbot API key', 'owlbot', /[a-z0-9]{40}/, 'owlbot/Owlbot API Key'],
  ]),
  ...besideEveryday([['openvpn-api-key', 'Openvpn API key', 'openvpn', undefined, 'openvpn/API key']]),
];
