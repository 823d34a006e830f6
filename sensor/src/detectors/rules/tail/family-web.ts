import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

/** Content, media and the rest: lines of several providers, and providers everybody knows. */
export const rules: readonly Rule[] = [
  ...withPrefix([
    ['contentful-management-token', 'Contentful management token', /CFPAT-[A-Za-z0-9_-]{43}/, 'Contentful/Delivery/management'],
    ['mapbox-secret-token', 'Mapbox secret token', /sk\.eyJ[A-Za-z0-9_-]{40,120}\.[A-Za-z0-9_-]{22}/, 'Mapbox/Secret token'],
    ['frameio-token', 'Frame.io token', /fio-u-[A-Za-z0-9_-]{64}/, 'Frame.io/Token'],
    ['adobe-client-secret', 'Adobe client secret', /p8e-[A-Za-z0-9_-]{32}/, 'Adobe/Client secret'],
    ['linkedin-client-secret', 'LinkedIn client secret', /WPL_AP1\.[A-Za-z0-9]{16}\.[A-Za-z0-9+/]{6,8}={0,2}/, 'LinkedIn/Client secret'],
  ]),
  ...besideWord([
    ['linkedin-legacy-client-secret', 'LinkedIn client secret (old form)', 'linkedin', /[A-Za-z0-9]{16}/, 'LinkedIn/Client secret'],
    ['asana-token', 'Asana personal access token', 'asana', /(?:[12]\/\d{10,20}(?:\/\d{10,20})?:)[a-f0-9]{32}/, 'Asana/PAT'],
    ['contentful-delivery-token', 'Contentful delivery token', 'contentful', /[A-Za-z0-9_-]{43}/, 'Contentful/Delivery/management'],
    ['spotify-client-secret', 'Spotify client secret', 'spotify', /[a-f0-9]{32}/, 'Spotify/Client secret'],
    ['shodan-api-key', 'Shodan API key', 'shodan', /[A-Za-z0-9]{32}/, 'Shodan/SecurityTrails/VirusTotal/URLScan/Keys'],
    [
      'securitytrails-api-key',
      'SecurityTrails API key',
      ['securitytrails', 'security trails'],
      /[A-Za-z0-9_-]{32}/,
      'Shodan/SecurityTrails/VirusTotal/URLScan/Keys',
    ],
    [
      'virustotal-api-key',
      'VirusTotal API key',
      ['virustotal', 'virus total'],
      /[a-f0-9]{64}/,
      'Shodan/SecurityTrails/VirusTotal/URLScan/Keys',
    ],
    [
      'urlscan-api-key',
      'urlscan.io API key',
      ['urlscan'],
      /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'Shodan/SecurityTrails/VirusTotal/URLScan/Keys',
    ],
    ['caflou-api-key', 'Caflou API key', 'caflou', /[A-Za-z0-9._-]{155}/, 'caflou/Caflou API Key'],
    [
      'd7network-api-key',
      'D7 Networks API key',
      ['d7network', 'd7 network', 'd7networks'],
      /[A-Za-z0-9]{23}=/,
      'd7network/D7Network API Key',
    ],
    [
      'lendflow-api-key',
      'Lendflow API key',
      'lendflow',
      /[A-Za-z0-9]{36}\.[A-Za-z0-9]{235}\.[A-Za-z0-9_-]{300,700}/,
      'lendflow/Lendflow API Key',
    ],
    ['lexigram-api-key', 'Lexigram API key', 'lexigram', /[A-Za-z0-9._-]{301}/, 'lexigram/Lexigram API Key'],
    ['simplynoted-api-key', 'SimplyNoted API key', 'simply noted', /[A-Za-z0-9._-]{340,360}/, 'simplynoted/SimplyNoted API Key'],
  ]),
  ...besideEveryday([
    ['box-client-secret', 'Box client secret', 'box', /[A-Za-z0-9]{32}/, 'Box/Client secret / token'],
    ['twitch-token', 'Twitch token or client secret', 'twitch', /[a-z0-9]{30}/, 'Twitch/Token'],
    ['zoom-client-secret', 'Zoom client secret', 'zoom', /[A-Za-z0-9]{32}/, 'Zoom/SDK/OAuth secret'],
  ]),
];
