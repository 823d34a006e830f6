import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...besideWord([
    [
      'hubspot-api-key',
      'HubSpot API key (legacy)',
      ['hubspot', 'hapikey'],
      /[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}/,
      'HubSpot/Private app',
    ],
    ['happyscribe-api-key', 'Happyscribe API key', 'happyscribe', /[A-Za-z0-9]{24}/, 'happyscribe/Happyscribe API Key'],
    ['hasura-api-key', 'Hasura API key', 'hasura', undefined, 'hasura/API key'],
    ['hellosign-api-key', 'HelloSign API key', 'hello sign', /[A-Za-z0-9+/-]{64}/, 'hellosign/HelloSign API Key'],
    ['helpcrunch-api-key', 'HelpCrunch API key', 'help crunch', /[A-Za-z0-9+/]{326,328}={0,2}/, 'helpcrunch/HelpCrunch API Key'],
    ['helpscout-api-key', 'Helpscout API key', 'helpscout', /[a-z0-9]{40}/, 'helpscout/Helpscout API Key'],
    ['here-api-key', 'HERE API key', ['hereapi', 'here_api', 'here maps'], /[A-Za-z0-9_-]{43}/, 'hereapi/HereAPI Key'],
    ['hiveage-api-key', 'Hiveage API key', 'hiveage', undefined, 'hiveage/API key'],
    ['html2pdf-api-key', 'Html2Pdf API key', 'html 2 pdf', /[A-Za-z0-9]{64}/, 'html2pdf/Html2Pdf API Key'],
    ['hypertrack-api-key', 'Hypertrack API key', 'hypertrack', undefined, 'hypertrack/API key'],
  ]),
  ...besideEveryday([
    ['harvest-api-key', 'Harvest API key', 'harvest', undefined, 'harvest/API key'],
    ['hive-api-key', 'Hive API key', 'hive', undefined, 'hive/API key'],
    ['holiday-api-key', 'Holiday API key', ['holiday', 'holidayapi'], /[a-z0-9-]{36}/, 'holidayapi/Holiday API Key'],
    ['holistic-api-key', 'Holistic API key', 'holistic', /[a-f0-9]{64}/, 'holistic/Holistic API Key'],
    ['host-api-key', 'Host API key', 'host io', undefined, 'host/API key'],
    ['humanity-api-key', 'Humanity API key', 'humanity', /[a-z0-9]{40}/, 'humanity/Humanity API Key'],
    ['hunter-api-key', 'Hunter API key', 'hunter', /[a-z0-9_-]{40}/, 'hunter/Hunter API Key'],
    ['hybiscus-api-key', 'Hybiscus API key', 'hybiscus', /[A-Za-z0-9]{43}/, 'hybiscus/Hybiscus API Key'],
  ]),
  ...withPrefix([
    [
      'hubspot-private-app-token',
      'HubSpot private app token',
      /pat-(?:na|eu|ap)[12]-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}/,
      'HubSpot/Private app',
    ],
  ]),
];
