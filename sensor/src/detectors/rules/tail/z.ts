import type { Rule } from '../../rule.ts';
import { besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...withPrefix([
    ['zoho-crm-api-access-token', 'Zoho CRM API access token', /1000\.[a-f0-9]{32}\.[a-f0-9]{32}/, 'zohocrm/Zoho CRM API Access Token'],
  ]),
  ...besideWord([
    ['zenkit-api-key', 'Zenkit API key', 'zenkit', /[a-z0-9]{8}-[A-Za-z0-9]{32}/, ['zenkit/Zenkit API Key', 'zenkitapi/API key']],
    ['zenrows-api-key', 'ZenRows API key', 'zen rows', /[a-f0-9]{40}/, 'zenrows/ZenRows API Key'],
    ['zenscrape-api-key', 'Zenscrape API key', 'zenscrape', /[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}/, 'zenscrape/Zenscrape API Key'],
    ['zenserp-api-key', 'Zenserp API key', 'zenserp', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, 'zenserp/API key'],
    ['zeplin-api-key', 'Zeplin API key', 'zeplin', /[A-Za-z0-9.-]{350,400}/, 'zeplin/Zeplin API Key'],
    ['zerobounce-api-key', 'Zerobounce API key', 'zerobounce', /[a-z0-9]{32}/, 'zerobounce/Zerobounce API Key'],
    ['zerotier-api-key', 'ZeroTier API key', 'zero tier', /[A-Za-z0-9]{32}/, 'zerotier/ZeroTier API Key'],
    ['zipapi-api-key', 'Zipapi API key', 'zipapi', undefined, 'zipapi/API key'],
    ['zipbooks-api-key', 'Zipbooks API key', 'zipbooks', undefined, 'zipbooks/API key'],
    ['zipcodeapi-key', 'ZipCodeAPI key', 'zip code api', /[A-Za-z0-9]{64}/, 'zipcodeapi/ZipCodeAPI Key'],
    [
      'zipcodebase-api-key',
      'Zipcodebase API key',
      'zipcodebase',
      /[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}/,
      'zipcodebase/Zipcodebase API Key',
    ],
    ['zonkafeedback-api-token', 'ZonkaFeedback API token', 'zonka feedback', /[A-Za-z0-9]{36}/, 'zonkafeedback/ZonkaFeedback API Token'],
    ['zulipchat-api-key', 'Zulipchat API key', ['zulip', 'zulipchat'], /[A-Za-z0-9]{32}/, 'zulipchat/API key'],
  ]),
];
