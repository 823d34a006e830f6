import type { Rule } from '../../rule.ts';
import { besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...besideWord([
    [
      'yandex-cloud-static-key',
      'Yandex Cloud static access key',
      ['yandex', 'yandex cloud'],
      /YC[A-Za-z0-9_-]{38}/,
      'Yandex Cloud/API/IAM/static keys',
    ],
    ['yelp-api-key', 'Yelp API key', 'yelp', /[A-Za-z0-9_-]{128}/, 'yelp/Yelp API Key'],
    ['youneedabudget-api-key', 'YouNeedABudget API key', 'youneedabudget', /[a-f0-9]{64}/, 'youneedabudget/YouNeedABudget API Key'],
    ['yousign-api-key', 'Yousign API key', 'yousign', /[a-z0-9]{32}/, 'yousign/Yousign API Key'],
  ]),
  ...withPrefix([['yandex-cloud-api-key', 'Yandex Cloud API key', /AQVN[A-Za-z0-9_-]{35,38}/, 'Yandex Cloud/API/IAM/static keys']]),
];
