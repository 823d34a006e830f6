import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...withPrefix([['easypost-test-api-token', 'Easypost test API token', /EZTK[a-z0-9]{54}/, 'easypost/easypost-test-api-token']]),
  ...besideWord([
    ['elevenlabs-api-key', 'ElevenLabs API key', ['elevenlabs', 'eleven labs', 'eleven'], /sk_[a-f0-9]{48}/, 'ElevenLabs/API key'],
    ['elasticsearch-api-key', 'Elasticsearch API key', ['elastic', 'elasticsearch'], /[A-Za-z0-9_-]{40,70}={0,2}/, 'Elastic/Cloud API key'],
    ['easyinsight-api-key', 'Easyinsight API key', 'easyinsight', undefined, 'easyinsight/API key'],
    ['easypost-api-token', 'EasyPost API token', 'easy post', /EZ[AT]K[A-Za-z0-9]{54}/, 'easypost/EasyPost API token'],
    [
      'ebay-client-secret',
      'Ebay client secret',
      'ebay',
      /PRD-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4,12}/,
      'ebay/ebay-client-secret',
    ],
    [
      'ecostruxure-it-api-key',
      'EcoStruxure IT API key',
      'eco struxure it',
      /AK1[A-Za-z0-9/]{50,55}/,
      'ecostruxureit/EcoStruxure IT API Key',
    ],
    ['edamam-api-key', 'Edamam API key', 'edamam', /[a-f0-9]{32}/, 'edamam/API key'],
    ['edenai-api-key', 'EdenAI API key', 'eden ai', /[A-Za-z0-9]{36}\.[A-Za-z0-9]{92}\.[A-Za-z0-9_]{43}/, 'edenai/EdenAI API Key'],
    ['eightxeight-api-key', 'Eightxeight API key', 'eightxeight', undefined, 'eightxeight/API key'],
    ['enablex-api-key', 'Enablex API key', 'enablex', undefined, 'enablex/API key'],
    [
      'endor-labs-api-key',
      'Endor Labs API key',
      'endor labs',
      /endr\+[A-Za-z0-9-]{16}/,
      ['endorlabs/Endor Labs API Key', 'endorlabs/Endor Labs API Secret'],
    ],
    ['ethplorer-api-key', 'Ethplorer API key', 'ethplorer', /[A-Za-z0-9-]{22}/, 'ethplorer/Ethplorer API Key'],
    ['etsy-access-token', 'Etsy access token', 'etsy', /[a-z0-9]{24}/, 'etsy/etsy-access-token'],
    ['etsy-open-api-key', 'Etsy open API key', 'etsy', /[a-z0-9]{24}:[a-z0-9]{10,64}/, 'etsy/etsy-open-api-key'],
    ['eventbrite-api-key', 'Eventbrite API key', 'eventbrite', /[A-Z0-9]{20}/, 'eventbrite/Eventbrite API Key'],
    [
      'everhour-api-key',
      'Everhour API key',
      'everhour',
      /[A-Fa-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{6}-[a-f0-9]{6}-[a-f0-9]{8}/,
      'everhour/Everhour API Key',
    ],
    ['exchangerateapi-key', 'ExchangeRateAPI key', 'exchange rate api', /[a-z0-9]{24}/, 'exchangerateapi/ExchangeRateAPI Key'],
    ['exchangeratesapi-key', 'ExchangeRatesAPI key', 'exchange rates api', /[a-z0-9]{32}/, 'exchangeratesapi/ExchangeRatesAPI Key'],
    ['exportsdk-api-key', 'Exportsdk API key', 'exportsdk', undefined, 'exportsdk/API key'],
    ['extractorapi-key', 'ExtractorAPI key', 'extractor api', /[A-Za-z0-9]{40}/, 'extractorapi/ExtractorAPI Key'],
  ]),
  ...besideEveryday([
    ['enigma-api-key', 'Enigma API key', 'enigma', /[A-Za-z0-9]{40}/, 'enigma/Enigma API Key'],
    ['envoy-api-key', 'Envoy API key', 'envoy', /[A-Za-z0-9]{220}/, ['envoy/Envoy API Key', 'envoyapikey/API key']],
    ['eraser-api-key', 'Eraser API key', 'eraser', /[A-Za-z0-9]{20}/, 'eraser/Eraser API Key'],
  ]),
  ...withPrefix([['elastic-cloud-api-key', 'Elastic Cloud API key', /essu_[A-Za-z0-9_-]{60,200}={0,2}/, 'Elastic/Cloud API key']]),
];
