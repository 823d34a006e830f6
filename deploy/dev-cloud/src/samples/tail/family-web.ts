import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['contentful-management-token', 'CONTENTFUL_MANAGEMENT_TOKEN', 'CFPAT-[A-Za-z0-9_-]{43}'],
  ['mapbox-secret-token', 'MAPBOX_ACCESS_TOKEN', 'sk\\.eyJ1[A-Za-z0-9]{56}\\.[A-Za-z0-9_-]{22}'],
  ['frameio-token', 'FRAMEIO_TOKEN', 'fio-u-[A-Za-z0-9_-]{64}'],
  ['adobe-client-secret', 'ADOBE_CLIENT_SECRET', 'p8e-[A-Za-z0-9]{32}'],
  ['linkedin-client-secret', 'LINKEDIN_CLIENT_SECRET', 'WPL_AP1\\.[A-Za-z0-9]{16}\\.[A-Za-z0-9]{6}=='],
  ['linkedin-legacy-client-secret', 'LINKEDIN_CLIENT_SECRET', '[A-Za-z0-9]{16}'],
  ['asana-token', 'ASANA_ACCESS_TOKEN', '[12]/\\d{16}:[a-f0-9]{32}'],
  ['box-client-secret', 'BOX_CLIENT_SECRET', '[A-Za-z0-9]{32}'],
  ['contentful-delivery-token', 'CONTENTFUL_ACCESS_TOKEN', '[A-Za-z0-9_-]{43}'],
  ['twitch-token', 'TWITCH_CLIENT_SECRET', '[a-z0-9]{30}'],
  ['spotify-client-secret', 'SPOTIFY_CLIENT_SECRET', '[a-f0-9]{32}'],
  ['zoom-client-secret', 'ZOOM_CLIENT_SECRET', '[A-Za-z0-9]{32}'],
  ['shodan-api-key', 'SHODAN_API_KEY', '[A-Za-z0-9]{32}'],
  ['securitytrails-api-key', 'SECURITYTRAILS_APIKEY', '[A-Za-z0-9_-]{32}'],
  ['virustotal-api-key', 'VIRUSTOTAL_API_KEY', '[a-f0-9]{64}'],
  ['urlscan-api-key', 'URLSCAN_API_KEY', '[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'],
  ['caflou-api-key', 'CAFLOU_API_KEY', '[A-Za-z0-9]{155}'],
  ['d7network-api-key', 'D7NETWORK_API_KEY', '[A-Za-z0-9]{23}='],
  [
    'lendflow-api-key',
    'LENDFLOW_API_KEY',
    '[A-Za-z0-9]{36}\\.[A-Za-z0-9]{235}\\.[A-Za-z0-9]{32}-[A-Za-z0-9]{47}-[A-Za-z0-9_]{162}-[A-Za-z0-9]{42}-[A-Za-z0-9]{80}',
  ],
  ['lexigram-api-key', 'LEXIGRAM_API_KEY', '[A-Za-z0-9]{301}'],
  ['simplynoted-api-key', 'SIMPLYNOTED_API_KEY', '[A-Za-z0-9]{340,360}'],
]);
