import type { Rule } from '../../rule.ts';
import { besideWord, withPrefix } from './rows.ts';

/** Monitoring and analytics: lines of several providers, and providers everybody knows. */
export const rules: readonly Rule[] = [
  ...withPrefix([
    ['posthog-personal-api-key', 'PostHog personal API key', /phx_[A-Za-z0-9]{41,49}/, 'PostHog/Personal / project key'],
    ['segment-public-api-token', 'Segment public API token', /sgp_[A-Za-z0-9]{64}/, 'Segment/Write key / public API'],
    [
      'launchdarkly-sdk-key',
      'LaunchDarkly SDK key',
      /sdk-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'LaunchDarkly/SDK/API key',
    ],
  ]),
  ...besideWord([
    [
      'launchdarkly-api-token',
      'LaunchDarkly API access token',
      ['launchdarkly', 'launch darkly'],
      /api-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'LaunchDarkly/SDK/API key',
    ],
    ['pagerduty-api-key', 'PagerDuty API key', ['pagerduty', 'pager duty'], /[A-Za-z0-9_+-]{20}/, 'PagerDuty/API key'],
    [
      'opsgenie-api-key',
      'Opsgenie API key',
      'opsgenie',
      /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'Opsgenie/API key',
    ],
    ['honeycomb-api-key', 'Honeycomb API key (classic or environment)', 'honeycomb', /[a-f0-9]{32}|[A-Za-z0-9]{22}/, 'Honeycomb/API key'],
    [
      'splunk-hec-token',
      'Splunk HTTP Event Collector token',
      ['splunk', 'hec'],
      /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'Splunk/HEC token',
    ],
    ['sumologic-access-key', 'Sumo Logic access key', ['sumo', 'sumologic', 'sumo logic'], /[A-Za-z0-9]{64}/, 'Sumo Logic/Access id / key'],
    [
      'logzio-token',
      'Logz.io token',
      ['logzio', 'logz.io', 'logz'],
      /[A-Za-z]{32}|[A-Za-z0-9-]{32,36}/,
      'Logz.io/Loggly/Papertrail/Tokens',
    ],
    [
      'loggly-token',
      'Loggly customer token',
      'loggly',
      /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'Logz.io/Loggly/Papertrail/Tokens',
    ],
    ['papertrail-api-token', 'Papertrail API token', 'papertrail', /[A-Za-z0-9]{20,22}/, 'Logz.io/Loggly/Papertrail/Tokens'],
    ['bugsnag-api-key', 'Bugsnag API key', 'bugsnag', /[a-f0-9]{32}/, 'Bugsnag/Rollbar/Airbrake/Raygun/Keys'],
    ['rollbar-access-token', 'Rollbar access token', 'rollbar', /[a-f0-9]{32}/, 'Bugsnag/Rollbar/Airbrake/Raygun/Keys'],
    ['airbrake-api-key', 'Airbrake key', 'airbrake', /[a-f0-9]{32}|[a-f0-9]{40}/, 'Bugsnag/Rollbar/Airbrake/Raygun/Keys'],
    ['raygun-api-key', 'Raygun API key', 'raygun', /[A-Za-z0-9]{22}(?:==)?/, 'Bugsnag/Rollbar/Airbrake/Raygun/Keys'],
    [
      'segment-write-key',
      'Segment write key',
      ['segment write', 'segment io', 'segment'],
      /[A-Za-z0-9]{32}/,
      'Segment/Write key / public API',
    ],
    ['mixpanel-secret', 'Mixpanel API secret', 'mixpanel', /[a-f0-9]{32}/, 'Mixpanel/Amplitude/Secrets'],
    ['amplitude-secret-key', 'Amplitude secret key', 'amplitude', /[a-f0-9]{32}/, 'Mixpanel/Amplitude/Secrets'],
    ['checkly-api-key', 'Checkly API key', 'checkly', /c[uv]_[a-f0-9]{32}/, 'Checkly/BetterStack/UptimeRobot/StatusCake/Keys'],
    [
      'better-stack-token',
      'Better Stack token',
      ['betterstack', 'better stack', 'betteruptime', 'better uptime', 'logtail'],
      /[A-Za-z0-9]{24}/,
      'Checkly/BetterStack/UptimeRobot/StatusCake/Keys',
    ],
    [
      'uptimerobot-api-key',
      'UptimeRobot API key',
      ['uptimerobot', 'uptime robot'],
      /(?:u|ur|m)\d{5,10}-[a-f0-9]{24,32}/,
      'Checkly/BetterStack/UptimeRobot/StatusCake/Keys',
    ],
    ['statuscake-api-token', 'StatusCake API token', 'statuscake', /[A-Za-z0-9]{20,30}/, 'Checkly/BetterStack/UptimeRobot/StatusCake/Keys'],
  ]),
];
