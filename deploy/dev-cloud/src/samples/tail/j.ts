import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['jenkins-admin-password', 'JENKINS_ADMIN_PASSWORD', '[a-f0-9]{32}'],
  ['jenkins-api-token', 'JENKINS_API_TOKEN', '11[a-f0-9]{32}'],
  ['jotform-api-key', 'JOT_FORM_API_KEY', '[A-Za-z0-9]{32}'],
  ['jupiterone-api-key', 'JUPITER_ONE_API_KEY', '[A-Za-z0-9]{76}'],
  ['juro-api-key', 'JURO_API_KEY', '[A-Za-z0-9]{40}'],
]);
