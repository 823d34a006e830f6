import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...besideWord([
    ['ngrok-auth-token', 'ngrok auth token', 'ngrok', /[123][A-Za-z0-9]{26}_[A-Za-z0-9]{20,21}/, 'NGrok/Auth token'],
    ['notion-legacy-token', 'Notion integration token (legacy)', 'notion', /secret_[A-Za-z0-9]{43}/, 'Notion/Integration token'],
    ['newrelic-license-key', 'New Relic license key', ['new relic', 'newrelic'], /[a-f0-9]{36}NRAL|[a-f0-9]{40}/, 'New Relic/Keys'],
    ['newrelic-insert-key', 'New Relic insert key', ['new relic', 'newrelic'], /NRII-[A-Za-z0-9_-]{32}/, 'New Relic/Keys'],
    ['netlify-legacy-token', 'Netlify access token (legacy)', 'netlify', /[A-Za-z0-9_-]{40,46}/, 'Netlify/Access token'],
    [
      'nasdaq-data-link-api-key',
      'Nasdaq Data Link API key',
      'nasdaq data link',
      /[A-Za-z0-9_-]{20}/,
      'nasdaqdatalink/Nasdaq Data Link API Key',
    ],
    ['nethunt-api-key', 'Nethunt API key', 'nethunt', undefined, 'nethunt/API key'],
    ['netsuite-api-key', 'Netsuite API key', 'netsuite', undefined, 'netsuite/API key'],
    ['neutrinoapi-api-key', 'Neutrinoapi API key', ['neutrino', 'neutrinoapi'], undefined, 'neutrinoapi/API key'],
    [
      'new-york-times-api-key',
      'New York Times API key',
      ['new york times', 'nytimes'],
      /[A-Za-z0-9]{32}/,
      'nytimes/New York Times API Key',
    ],
    ['newsapi-key', 'NewsAPI key', 'news api', /[a-z0-9]{32}/, 'newsapi/NewsAPI Key'],
    ['newscatcher-api-key', 'Newscatcher API key', 'newscatcher', /[A-Za-z0-9_]{43}/, 'newscatcher/Newscatcher API Key'],
    ['ngc-api-key', 'Ngc API key', 'ngc', undefined, 'ngc/API key'],
    ['nicereply-api-key', 'Nicereply API key', 'nicereply', /[a-f0-9]{40}/, 'nicereply/Nicereply API Key'],
    ['nightfall-api-key', 'Nightfall API key', 'nightfall', /[A-Za-z0-9]{32}/, 'nightfall/Nightfall API Key'],
    ['numverify-api-key', 'Numverify API key', 'numverify', /[a-z0-9]{32}/, 'numverify/Numverify API Key'],
    ['nutritionix-api-key', 'Nutritionix API key', 'nutritionix', /[a-f0-9]{32}/, 'nutritionix/API key'],
    ['nylas-api-key', 'Nylas API key', 'nylas', /[A-Za-z0-9]{30}/, 'nylas/Nylas API Key'],
  ]),
  ...besideEveryday([
    ['nasa-api-key', 'NASA API key', 'nasa', /[A-Za-z0-9]{40}/, 'nasa/NASA API Key'],
    ['nimble-api-key', 'Nimble API key', 'nimble', /[A-Za-z0-9]{30}/, 'nimble/Nimble API Key'],
    ['noticeable-api-key', 'Noticeable API key', 'noticeable', /[A-Za-z0-9]{20}/, 'noticeable/Noticeable API Key'],
  ]),
  ...withPrefix([
    ['notion-token', 'Notion integration token', /ntn_[0-9]{11}[A-Za-z0-9]{35}/, 'Notion/Integration token'],
    ['netlify-token', 'Netlify access token', /nf[puoc]_[A-Za-z0-9]{36}/, 'Netlify/Access token'],
  ]),
];
