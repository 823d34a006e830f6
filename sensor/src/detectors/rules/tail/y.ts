import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord } from './rows.ts';

export const rules: readonly Rule[] = [
  ...besideWord([
    ['yelp-api-key', 'Yelp API key', 'yelp', /[A-Za-z0-9_-]{128}/, 'yelp/Yelp API Key'],
    ['youneedabudget-api-key', 'YouNeedABudget API key', 'youneedabudget', /[a-f0-9]{64}/, 'youneedabudget/YouNeedABudget API Key'],
    ['yousign-api-key', 'Yousign API key', 'yousign', /[a-z0-9]{32}/, 'yousign/Yousign API Key'],
  ]),
  ...besideEveryday([['youtubeapikey-api-key', 'Youtubeapikey API key', 'youtube', undefined, 'youtubeapikey/API key']]),
];
