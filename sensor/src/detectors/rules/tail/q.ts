import type { Rule } from '../../rule.ts';
import { besideWord } from './rows.ts';

export const rules: readonly Rule[] = [
  ...besideWord([
    ['qase-api-key', 'Qase API key', 'qase', /[A-Za-z0-9]{40}/, 'qase/Qase API Key'],
    ['qualaroo-api-key', 'Qualaroo API key', 'qualaroo', /[A-Za-z0-9=]{64}/, 'qualaroo/Qualaroo API Key'],
    ['qubole-api-key', 'Qubole API key', 'qubole', /[a-z0-9]{64}/, 'qubole/Qubole API Key'],
  ]),
];
