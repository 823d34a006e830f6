import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...withPrefix([
    ['langfuse-api-key', 'Langfuse secret key', /sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, 'langfuse/API key'],
    ['linear-oauth-token', 'Linear OAuth token', /lin_oauth_[a-f0-9]{64}/, 'Linear/API key'],
    ['langsmith-api-key', 'LangSmith API key', /lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}/, 'LangSmith/PAT / service key'],
    ['lichess-personal-access-token', 'Lichess personal access token', /lip_[A-Za-z0-9_]{16,60}/, 'lichess/lichess-personal-access-token'],
  ]),
  ...besideWord([
    ['languagelayer-api-key', 'LanguageLayer API key', 'language layer', /[a-z0-9]{32}/, 'languagelayer/LanguageLayer API Key'],
    ['leadfeeder-api-key', 'Leadfeeder API key', 'leadfeeder', /[A-Za-z0-9-]{43}/, 'leadfeeder/Leadfeeder API Key'],
    ['lemlist-api-key', 'Lemlist API key', 'lemlist', /[a-f0-9]{32}/, 'lemlist/Lemlist API Key'],
    [
      'lessannoyingcrm-api-key',
      'LessAnnoyingCRM API key',
      'less annoying crm',
      /[A-Za-z0-9-]{57}/,
      'lessannoyingcrm/LessAnnoyingCRM API Key',
    ],
    ['linkpreview-api-key', 'LinkPreview API key', 'link preview', /[A-Za-z0-9]{32}/, 'linkpreview/LinkPreview API Key'],
    ['liveagent-api-key', 'Liveagent API key', 'liveagent', undefined, 'liveagent/API key'],
    ['loadmill-api-key', 'Loadmill API key', 'loadmill', /[A-Za-z0-9]{40}/, 'loadmill/Loadmill API Key'],
    ['locationiq-api-key', 'Locationiq API key', 'location iq', /pk\.[a-f0-9]{32}/, 'locationiq/API key'],
    [
      'loginradius-api-key',
      'Loginradius API key',
      'loginradius',
      /[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}/,
      'loginradius/Loginradius API Key',
    ],
    ['looker-client-secret', 'Looker Client secret', 'looker', /[a-z0-9]{24}/, 'looker/Looker Client Secret'],
    ['loyverse-api-key', 'Loyverse API key', 'loyverse', /[a-z0-9]{32}/, 'loyverse/Loyverse API Key'],
    ['lunchmoney-api-key', 'LunchMoney API key', 'lunch money', /[a-f0-9]{50}/, 'lunchmoney/LunchMoney API Key'],
  ]),
  ...besideEveryday([
    ['lob-api-key', 'Lob API key', 'lob', /[A-Za-z0-9_]{40}/, 'lob/Lob API Key'],
    [
      'lokalise-api-key',
      'Lokalise API key',
      'lokalise',
      /[a-z0-9]{40}/,
      ['lokalise/Lokalise API Key', 'lokalise/Lokalise API Token', 'lokalisetoken/API key'],
    ],
    ['luno-api-key', 'Luno API key', 'luno', undefined, 'luno/API key'],
  ]),
];
