import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

export const rules: readonly Rule[] = [
  ...withPrefix([
    ['vercel-token', 'Vercel token', /vc[parcik]_[A-Za-z0-9]{56}/, 'Vercel/Tokens'],
    ['val-town-api-token', 'Val town API token', /vtwn_[A-Za-z0-9_-]{20,80}/, 'val/val-town-api-token.1'],
    ['voiceflow-api-key', 'Voiceflow API key', /VF\.(?:(?:DM|WS)\.)?[A-Fa-f0-9]{24}\.[A-Za-z0-9]{16}/, 'voiceflow/Voiceflow API Key'],
  ]),
  ...besideWord([
    [
      'vault-unseal-key',
      'HashiCorp Vault unseal key',
      ['unseal', 'unseal key'],
      /[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{44}/,
      'HashiCorp Vault/Unseal key',
    ],
    ['vercel-legacy-token', 'Vercel token (legacy)', ['vercel', 'zeit'], /[A-Za-z0-9]{24}/, 'Vercel/Tokens'],
    ['vast-ai-api-key', 'Vast.ai API key', 'vast ai', /[a-f0-9]{64}/, 'vastai/Vast.ai API Key'],
    ['vatlayer-api-key', 'VatLayer API key', 'vat layer', /[a-z0-9]{32}/, 'vatlayer/VatLayer API Key'],
    ['veriphone-api-key', 'Veriphone API key', 'veriphone', /[A-Z0-9]{32}/, 'veriphone/Veriphone API Key'],
    ['versioneye-api-key', 'VersionEye API key', 'version eye', /[A-Za-z0-9-]{40}/, 'versioneye/VersionEye API Key'],
    [
      'viewneo-api-key',
      'Viewneo API key',
      'viewneo',
      /[A-Za-z0-9]{120,300}\.[A-Za-z0-9]{150,300}\.[A-Za-z0-9_-]{600,800}/,
      'viewneo/Viewneo API Key',
    ],
    ['visual-crossing-api-key', 'Visual Crossing API key', 'visual crossing', /[A-Z0-9]{25}/, 'visualcrossing/Visual Crossing API Key'],
    ['voodoosms-api-key', 'VoodooSMS API key', 'voodoo sms', /[A-Za-z0-9]{46}/, 'voodoosms/VoodooSMS API Key'],
    ['vouchery-api-key', 'Vouchery API key', 'vouchery', undefined, 'vouchery/API key'],
    ['vpnapi-key', 'VPNAPI key', 'vpnapi', /[A-Za-z0-9]{32}/, 'vpnapi/VPNAPI Key'],
    ['vyte-api-key', 'Vyte API key', 'vyte', /[a-z0-9]{50}/, 'vyte/Vyte API Key'],
  ]),
  ...besideEveryday([['verifier-api-key', 'Verifier API key', 'verifier', undefined, 'verifier/API key']]),
];
