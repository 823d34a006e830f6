import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['ubidots-token', 'UBIDOTS_TOKEN', 'BBFF-[A-Za-z0-9]{30}'],
  ['unifyid-api-key', 'UNIFYID_API_KEY', '[A-Za-z0-9]{32}'],
  ['unkey-root-key', 'UNKEY_API_KEY', 'unkey_[A-Za-z0-9]{20,32}'],
  ['unplugg-api-key', 'UNPLUGG_API_KEY', '[a-z0-9]{64}'],
  ['unsplash-api-key', 'UNSPLASH_API_KEY', '[A-Za-z0-9_]{43}'],
  ['upcdatabase-api-key', 'UPC_DATABASE_API_KEY', '[A-Z0-9]{32}'],
  ['uplead-api-key', 'UPLEAD_API_KEY', '[a-z0-9-]{32}'],
  ['uploadcare-api-key', 'UPLOADCARE_API_KEY', '[A-Za-z0-9]{32}'],
  ['upwave-api-key', 'UPWAVE_API_KEY', '[a-z0-9]{32}'],
  ['user-api-key', 'USER_COM_API_KEY', '[A-Za-z0-9]{32}'],
  ['userflow-api-key', 'USERFLOW_API_KEY', '[a-z0-9_]{29}'],
  ['userstack-api-key', 'USER_STACK_API_KEY', '[a-z0-9]{32}'],
]);
