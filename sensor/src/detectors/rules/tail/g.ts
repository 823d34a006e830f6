import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...besideWord([
    ['geckoboard-api-key', 'Geckoboard API key', 'geckoboard', /[A-Za-z0-9]{44}/, 'geckoboard/Geckoboard API Key'],
    ['gengo-api-key', 'Gengo API key', 'gengo', undefined, 'gengo/API key'],
    ['geoapify-api-key', 'Geoapify API key', 'geoapify', /[a-z0-9]{32}/, 'geoapify/Geoapify API Key'],
    ['geocodify-api-key', 'Geocodify API key', 'geocodify', /[a-z0-9]{40}/, 'geocodify/Geocodify API Key'],
    ['geocodio-api-key', 'Geocodio API key', ['geocodio', 'geocod.io'], /[a-f0-9]{39}/, 'geocodio/API key'],
    ['geoipifi-api-key', 'GeoIpifi API key', 'geo ipifi', /[A-Za-z0-9_]{32}/, 'geoipifi/GeoIpifi API Key'],
    ['getgeoapi-key', 'GetGeoAPI key', 'get geo api', /[a-z0-9]{40}/, 'getgeoapi/GetGeoAPI Key'],
    ['getgist-api-key', 'Getgist API key', 'getgist', /[A-Za-z0-9+=]{68}/, 'getgist/Getgist API Key'],
    ['getresponse-api-key', 'GetResponse API key', 'get response', /[a-z0-9]{32}/, 'getresponse/GetResponse API Key'],
    ['getsandbox-api-key', 'Getsandbox API key', 'getsandbox', undefined, 'getsandbox/API key'],
    ['glassnode-api-key', 'Glassnode API key', 'glassnode', /[A-Za-z0-9]{27}/, 'glassnode/Glassnode API Key'],
    ['gocanvas-api-key', 'Gocanvas API key', 'gocanvas', undefined, 'gocanvas/API key'],
    [
      'godaddy-api-key',
      'Godaddy API key',
      'go daddy',
      /[A-Za-z0-9]{8,14}_[A-Za-z0-9]{22}(?::[A-Za-z0-9]{22})?|[A-Za-z0-9]{22}/,
      'godaddy/API key',
    ],
    ['goodday-api-key', 'GoodDay API key', 'good day', /[a-z0-9]{32}/, 'goodday/GoodDay API Key'],
    ['graphcms-api-key', 'Graphcms API key', ['graphcms', 'hygraph'], undefined, 'graphcms/API key'],
    ['graphhopper-api-key', 'Graphhopper API key', 'graphhopper', /[a-z0-9-]{36}/, 'graphhopper/Graphhopper API Key'],
    ['groovehq-api-key', 'GrooveHQ API key', 'groove hq', /[A-Za-z0-9]{64}/, 'groovehq/GrooveHQ API Key'],
    ['gtmetrix-api-key', 'GTMetrix API key', 'gt metrix', /[a-f0-9]{32}/, 'gtmetrix/GTMetrix API Key'],
    [
      'guardianapi-api-key',
      'Guardianapi API key',
      ['guardian api', 'guardianapis'],
      /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/,
      'guardianapi/API key',
    ],
    [
      'gumroad-access-token',
      'Gumroad access token',
      'gumroad',
      /(?:[a-f0-9]{64}|[A-Za-z0-9-]{43})/,
      ['gumroad/gumroad-access-token', 'gumroad/Gumroad API Key'],
    ],
    ['gyazo-api-key', 'Gyazo API key', 'gyazo', /[A-Za-z0-9-]{43}/, 'gyazo/Gyazo API Key'],
  ]),
  ...besideEveryday([
    ['geocode-api-key', 'Geocode API key', 'geocode', /[a-z0-9]{28}/, 'geocode/Geocode API Key'],
    ['gitter-access-token', 'Gitter access token', 'gitter', /[a-z0-9_-]{40}/, ['gitter/Gitter Access Token', 'gitter/Gitter API Key']],
    ['guardian-api-key', 'Guardian API key', 'guardian', /[a-z0-9]{8}(?:-[a-z0-9]{4}){3}-[a-z0-9]{12}/, 'guardian/Guardian API Key'],
    ['guru-api-key', 'Guru API key', 'guru', undefined, 'guru/API key'],
  ]),
  ...withPrefix([['google-oauth-access-token', 'Google OAuth access token', /ya29\.[A-Za-z0-9_-]{20,800}/, 'Google/OAuth access token']]),
];
