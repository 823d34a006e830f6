import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...withPrefix([
    [
      'wakatime-api-key-2',
      'Wakatime API key',
      /waka_[a-z0-9]{36,64}/,
      ['wakatime/wakatime-api-key.2', 'wakatime/WakaTime Prefixed API Key'],
    ],
    [
      'workato-developer-api-token',
      'Workato developer API token',
      /wrka(?:[a-z]{2})?-eyJ[A-Za-z0-9_-]{8,64}\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{64,128}/,
      'workato/workato-developer-api-token.1',
    ],
  ]),
  ...besideWord([
    [
      'wakatime-api-key',
      'Wakatime API key',
      ['wakatime', 'waka time'],
      /[A-Fa-f0-9]{8}(?:-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}/,
      ['wakatime/wakatime-api-key.1', 'wakatime/WakaTime API Key'],
    ],
    ['walkscore-api-key', 'Walkscore API key', 'walkscore', /[a-z0-9]{32}/, 'walkscore/Walkscore API Key'],
    ['weatherbit-api-key', 'Weatherbit API key', 'weatherbit', /[a-z0-9]{32}/, 'weatherbit/Weatherbit API Key'],
    [
      'weatherstack-api-key',
      'Weatherstack API key',
      'weatherstack',
      /[a-z0-9]{32}/,
      ['weatherstack/weatherstack-api-key.1', 'weatherstack/Weatherstack API Key'],
    ],
    ['web3storage-api-key', 'Web3storage API key', 'web3storage', undefined, 'web3storage/API key'],
    ['webex-api-key', 'Webex API key', 'webex', undefined, 'webex/API key'],
    ['webexbot-api-key', 'Webexbot API key', 'webexbot', undefined, 'webexbot/API key'],
    ['webflow-api-key', 'Webflow API key', 'webflow', /[A-Za-z0-9]{64}/, 'webflow/Webflow API Key'],
    ['webscraper-api-key', 'WebScraper API key', 'web scraper', /[A-Za-z0-9]{60}/, 'webscraper/WebScraper API Key'],
    ['webscraping-api-key', 'Webscraping API key', 'webscraping', /[A-Za-z0-9]{32}/, 'webscraping/Webscraping API Key'],
    ['websitepulse-api-key', 'Websitepulse API key', 'websitepulse', undefined, 'websitepulse/API key'],
    ['wepay-api-key', 'Wepay API key', 'wepay', undefined, 'wepay/API key'],
    ['whoxy-api-key', 'Whoxy API key', 'whoxy', /[a-z0-9]{33}/, 'whoxy/Whoxy API Key'],
    ['wistia-api-key', 'Wistia API key', 'wistia', /[a-z0-9]{64}/, 'wistia/Wistia API Key'],
    ['worksnaps-api-key', 'Worksnaps API key', 'worksnaps', /[A-Za-z0-9]{40}/, 'worksnaps/Worksnaps API Key'],
    ['workstack-api-key', 'Workstack API key', 'workstack', /[A-Za-z0-9]{60}/, 'workstack/Workstack API Key'],
    ['worldcoinindex-api-key', 'WorldCoinIndex API key', 'world coin index', /[A-Za-z0-9]{35}/, 'worldcoinindex/WorldCoinIndex API Key'],
    ['worldweather-api-key', 'WorldWeather API key', 'world weather', /[a-z0-9]{31}/, 'worldweather/WorldWeather API Key'],
  ]),
  ...besideEveryday([
    ['wit-api-key', 'Wit API key', ['wit', 'witai', 'wit ai'], /[A-Z2-7]{32}/, 'wit/API key'],
    ['wiz-api-key', 'Wiz API key', 'wiz', undefined, 'wiz/API key'],
  ]),
];
