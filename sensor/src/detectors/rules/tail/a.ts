import { near } from '../near.ts';
import { standalone } from '../standalone.ts';

const withPrefix = standalone([
  {
    id: 'adafruit-io-key',
    name: 'Adafruit IO key',
    value: /aio_[A-Za-z0-9]{28}/,
    facts: ['adafruitio/Adafruit IO Key', 'adafruit/Adafruit IO Key'],
  },
  { id: 'apify-api-token', name: 'Apify API token', value: /apify_api_[A-Za-z0-9]{34,38}/, facts: ['apify/apify-api-token'] },
]);

const besideWord = near([
  { id: 'alegra-api-key', name: 'Alegra API key', words: ['alegra'], facts: ['alegra/API key'] },
  {
    id: 'apifonica-api-key',
    name: 'Apifonica API key',
    words: ['apifonica'],
    value: /[0-9a-z]{11}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}/,
    facts: ['apifonica/Apifonica API Key'],
  },
  { id: 'apilayer-api-key', name: 'APILayer API key', words: ['apilayer'], value: /[a-zA-Z0-9]{32}/, facts: ['apilayer/Apilayer API Key'] },
  { id: 'atera-api-key', name: 'Atera API key', words: ['atera'], value: /[0-9a-z]{32}/, facts: ['atera/Atera API Key'] },
  {
    id: 'aviationstack-api-key',
    name: 'aviationstack API key',
    words: ['aviationstack'],
    value: /[a-z0-9]{32}/,
    facts: ['aviationstack/AviationStack API Key'],
  },
  { id: 'axonaut-api-key', name: 'Axonaut API key', words: ['axonaut'], value: /[a-z0-9]{32}/, facts: ['axonaut/Axonaut API Key'] },
  {
    id: 'ayrshare-api-key',
    name: 'Ayrshare API key',
    words: ['ayrshare'],
    value: /[A-Z0-9]{8}(?:-[A-Z0-9]{8}){3}/,
    facts: ['ayrshare/Ayrshare API Key'],
  },
]);

export const rules = [...withPrefix, ...besideWord];
