import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

/** Messages, mail and support: lines of several providers, and providers everybody knows. */
export const rules: readonly Rule[] = [
  ...withPrefix([
    ['onesignal-rich-api-key', 'OneSignal API key', /os_v2_(?:app|org)_[a-z2-7]{103}/, 'OneSignal/Rich token'],
    ['pubnub-secret-key', 'PubNub secret key', /sec-c-[A-Za-z0-9]{40,52}={0,2}/, 'Pusher/PubNub/Ably/Keys'],
    [
      'pubnub-publish-key',
      'PubNub publish or subscribe key',
      /(?:pub|sub)-c-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'Pusher/PubNub/Ably/Keys',
    ],
    ['telnyx-api-key', 'Telnyx API key', /KEY[0-9A-F]{32}_[A-Za-z0-9]{22}/, 'Plivo/MessageBird/Telnyx/Sinch/Keys'],
    ['intercom-access-token', 'Intercom access token', /dG9rO[A-Za-z0-9+/]{50,60}={0,2}/, 'Zendesk/Freshdesk/Intercom/API tokens'],
    ['mandrill-api-key', 'Mailchimp Transactional (Mandrill) API key', /md-[A-Za-z0-9_-]{22}/, 'Sparkpost/Mandrill/API key'],
    ['typeform-token', 'Typeform personal access token', /tfp_[A-Za-z0-9_-]{40,60}/, 'Typeform/PAT'],
  ]),
  ...besideWord([
    ['mandrill-legacy-api-key', 'Mandrill API key (old form)', 'mandrill', /[A-Za-z0-9_-]{22}/, 'Sparkpost/Mandrill/API key'],
    ['sparkpost-api-key', 'SparkPost API key', 'sparkpost', /[a-f0-9]{40}/, 'Sparkpost/Mandrill/API key'],
    [
      'postmark-server-token',
      'Postmark server token',
      'postmark',
      /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'Postmark/Server token',
    ],
    ['mailjet-api-secret', 'Mailjet API key or secret', ['mailjet', 'mj apikey'], /[a-f0-9]{32}/, 'Mailjet/Keys'],
    ['vonage-api-secret', 'Vonage (Nexmo) API secret', ['vonage', 'nexmo'], /[A-Za-z0-9]{16}/, 'Vonage/Nexmo/Key + secret'],
    ['plivo-auth-token', 'Plivo auth token', 'plivo', /[A-Za-z0-9]{40,60}={0,2}/, 'Plivo/MessageBird/Telnyx/Sinch/Keys'],
    ['messagebird-access-key', 'MessageBird access key', 'messagebird', /[A-Za-z0-9]{25}/, 'Plivo/MessageBird/Telnyx/Sinch/Keys'],
    ['sinch-key-secret', 'Sinch key secret', 'sinch', undefined, 'Plivo/MessageBird/Telnyx/Sinch/Keys'],
    ['pusher-secret', 'Pusher app secret', 'pusher', /[a-f0-9]{20}/, 'Pusher/PubNub/Ably/Keys'],
    ['ably-api-key', 'Ably API key', 'ably', /[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{6}:[A-Za-z0-9_-]{43}/, 'Pusher/PubNub/Ably/Keys'],
    ['lark-app-secret', 'Lark or Feishu app secret', ['lark', 'feishu'], /[A-Za-z0-9]{32}/, 'Lark/Feishu/DingTalk/App secret / webhook'],
    ['dingtalk-robot-token', 'DingTalk robot token', ['dingtalk', 'robot'], /[a-f0-9]{64}/, 'Lark/Feishu/DingTalk/App secret / webhook'],
    ['zendesk-api-token', 'Zendesk API token', 'zendesk', /[A-Za-z0-9]{40}/, 'Zendesk/Freshdesk/Intercom/API tokens'],
    ['freshdesk-api-key', 'Freshdesk API key', 'freshdesk', /[A-Za-z0-9]{19,20}/, 'Zendesk/Freshdesk/Intercom/API tokens'],
  ]),
  ...besideEveryday([
    [
      'line-channel-access-token',
      'LINE channel access token',
      ['line channel', 'line', 'line bot'],
      /[A-Za-z0-9+/]{150,172}={0,2}/,
      'LINE/Channel token / notify',
    ],
    ['line-notify-token', 'LINE Notify token', ['line notify', 'line'], /[A-Za-z0-9]{43}/, 'LINE/Channel token / notify'],
  ]),
];
