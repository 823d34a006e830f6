import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...withPrefix([
    ['readme-api-key', 'ReadMe API key', /rdme_(?:[a-z0-9]{70})/, 'readme/ReadMe API Key'],
    ['redirect-pizza-api-token', 'Redirect pizza API token', /rpa_[A-Za-z0-9]{30}/, 'redirect/redirect-pizza-api-token.1'],
    ['rootly-api-key', 'Rootly API key', /rootly_[a-f0-9]{64}/, 'rootly/rootly-api-key.1'],
  ]),
  ...besideWord([
    ['rapidapi-key', 'RapidAPI key', 'rapid api', /[A-Za-z0-9_-]{50}/, 'rapidapi/RapidAPI Key'],
    ['rawg-api-key', 'RAWG API key', 'rawg', /[A-Za-z0-9]{32}/, 'rawg/RAWG API Key'],
    ['rebrandly-api-key', 'Rebrandly API key', 'rebrandly', /[A-Za-z0-9_]{32}/, 'rebrandly/Rebrandly API Key'],
    ['rechargepayments-api-key', 'Rechargepayments API key', 'rechargepayments', undefined, 'rechargepayments/API key'],
    ['redhatpyxis-api-key', 'Redhatpyxis API key', 'redhatpyxis', undefined, 'redhatpyxis/API key'],
    ['repairshopr-api-key', 'Repairshopr API key', 'repairshopr', undefined, 'repairshopr/API key'],
    ['reply-io-api-key', 'Reply.io API key', 'reply io', /[A-Za-z0-9]{24}/, 'replyio/Reply.io API Key'],
    [
      'requestfinance-api-key',
      'RequestFinance API key',
      'request finance',
      /[A-Z0-9]{7}-[A-Z0-9]{7}-[A-Z0-9]{7}-[A-Z0-9]{7}/,
      'requestfinance/RequestFinance API Key',
    ],
    [
      'restpack-api-key',
      'Restpack API key',
      'restpack',
      /[A-Za-z0-9]{48}/,
      ['restpack/Restpack API Key', 'restpack/Restpack HTML to PDF API Key', 'restpack/Restpack Screenshot API Key'],
    ],
    ['restpackhtmltopdfapi-api-key', 'Restpackhtmltopdfapi API key', 'restpackhtmltopdfapi', undefined, 'restpackhtmltopdfapi/API key'],
    ['restpackscreenshotapi-api-key', 'Restpackscreenshotapi API key', 'restpackscreenshotapi', undefined, 'restpackscreenshotapi/API key'],
    ['retell-ai-api-key', 'Retell AI API key', 'retell ai', /key_[a-f0-9]{28}/, 'retellai/Retell AI API Key'],
    ['revampcrm-api-key', 'Revampcrm API key', 'revampcrm', undefined, 'revampcrm/API key'],
    ['ritekit-api-key', 'RiteKit API key', 'rite kit', /[a-f0-9]{44}/, 'ritekit/RiteKit API Key'],
    ['robinhoodcrypto-api-key', 'Robinhoodcrypto API key', 'robinhoodcrypto', undefined, 'robinhoodcrypto/API key'],
    ['rocketreach-api-key', 'RocketReach API key', 'rocket reach', /[a-z0-9-]{39}/, 'rocketreach/RocketReach API Key'],
    ['rockset-api-key', 'Rockset API key', 'rockset', /[A-Za-z0-9]{64}/, 'rockset/Rockset API Key'],
    ['route4me-api-key', 'Route4Me API key', 'route 4 me', /[A-Z0-9]{32}/, 'route4me/Route4Me API Key'],
    ['rownd-api-key', 'Rownd API key', 'rownd', undefined, 'rownd/API key'],
    ['runrunit-api-key', 'Runrunit API key', 'runrunit', undefined, 'runrunit/API key'],
  ]),
  ...besideEveryday([
    [
      'rainforest-pay-production-api-key',
      'Rainforest pay production API key',
      'rainforest',
      /apikey_[a-f0-9]{64}/,
      'rainforest/rainforest-pay-production-api-key',
    ],
    ['raven-api-key', 'Raven API key', 'raven', /[A-Z0-9-]{16}/, 'raven/Raven API Key'],
    ['refiner-api-key', 'Refiner API key', 'refiner', /[A-Fa-f0-9]{8}(?:-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}/, 'refiner/Refiner API Key'],
    ['rev-api-key', 'Rev API key', 'rev', undefined, 'rev/API key'],
    ['roaring-api-key', 'Roaring API key', 'roaring', undefined, 'roaring/API key'],
    ['runway-api-key', 'Runway API key', 'runway', /key_[A-Fa-f0-9]{128}/, 'runway/Runway API Key'],
  ]),
];
