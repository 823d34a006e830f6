import type { Rule } from '../../rule.ts';
import { besideWord } from './rows.ts';

export const rules: readonly Rule[] = [
  ...besideWord([
    ['jenkins-admin-password', 'Jenkins initial admin password', 'jenkins', /[a-f0-9]{32}/, 'Jenkins/API token / initial admin password'],
    ['jenkins-api-token', 'Jenkins API token', 'jenkins', /11[a-f0-9]{32}/, 'Jenkins/API token / initial admin password'],
    ['jotform-api-key', 'JotForm API key', 'jot form', /[A-Za-z0-9]{32}/, 'jotform/JotForm API Key'],
    ['jupiterone-api-key', 'JupiterOne API key', 'jupiter one', /[A-Za-z0-9]{76}/, 'jupiterone/JupiterOne API Key'],
    ['juro-api-key', 'Juro API key', 'juro', /[A-Za-z0-9]{40}/, 'juro/Juro API Key'],
  ]),
];
