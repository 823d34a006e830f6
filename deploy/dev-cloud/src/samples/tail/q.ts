import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['qase-api-key', 'QASE_API_KEY', '[A-Za-z0-9]{40}'],
  ['qualaroo-api-key', 'QUALAROO_API_KEY', '[A-Za-z0-9=]{64}'],
  ['qubole-api-key', 'QUBOLE_API_KEY', '[a-z0-9]{64}'],
]);
