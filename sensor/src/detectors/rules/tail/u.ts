import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...withPrefix([
    ['ubidots-token', 'Ubidots token', /BBFF-[A-Za-z0-9]{30}/, 'ubidots/Ubidots Token'],
    ['unkey-root-key', 'Unkey root key', /unkey_[A-Za-z0-9]{20,32}/, 'unkey/unkey-root-key.1'],
  ]),
  ...besideWord([
    ['unifyid-api-key', 'Unifyid API key', 'unify id', undefined, 'unifyid/API key'],
    ['unplugg-api-key', 'Unplugg API key', 'unplugg', /[a-z0-9]{64}/, 'unplugg/Unplugg API Key'],
    ['unsplash-api-key', 'Unsplash API key', 'unsplash', /[A-Za-z0-9_]{43}/, 'unsplash/Unsplash API Key'],
    ['upcdatabase-api-key', 'UPCDatabase API key', 'upc database', /[A-Z0-9]{32}/, 'upcdatabase/UPCDatabase API Key'],
    ['uplead-api-key', 'Uplead API key', 'uplead', /[a-z0-9-]{32}/, 'uplead/Uplead API Key'],
    ['uploadcare-api-key', 'Uploadcare API key', 'uploadcare', undefined, 'uploadcare/API key'],
    ['userflow-api-key', 'Userflow API key', 'userflow', /[a-z0-9_]{29}/, 'userflow/Userflow API Key'],
    ['userstack-api-key', 'UserStack API key', 'user stack', /[a-z0-9]{32}/, 'userstack/UserStack API Key'],
  ]),
  ...besideEveryday([
    ['upwave-api-key', 'Upwave API key', 'upwave', /[a-z0-9]{32}/, 'upwave/Upwave API Key'],
    ['user-api-key', 'User API key', 'user com', undefined, 'user/API key'],
  ]),
];
