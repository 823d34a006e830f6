import { generatorsOf } from './row.ts';

export const tokens = generatorsOf([
  ['vault-unseal-key', 'VAULT_UNSEAL_KEY', '[A-Za-z0-9+/]{43}='],
  ['vercel-legacy-token', 'VERCEL_TOKEN', '[A-Za-z0-9]{24}'],
  ['vercel-token', 'VERCEL_TOKEN', 'vcp_[A-Za-z0-9]{56}'],
  ['val-town-api-token', 'VAL_TOKEN', 'vtwn_[A-Za-z0-9_-]{20,80}'],
  ['vast-ai-api-key', 'VAST_AI_API_KEY', '[a-f0-9]{64}'],
  ['vatlayer-api-key', 'VAT_LAYER_API_KEY', '[a-z0-9]{32}'],
  ['verifier-api-key', 'VERIFIER_API_KEY', '[A-Za-z0-9]{32}'],
  ['veriphone-api-key', 'VERIPHONE_API_KEY', '[A-Z0-9]{32}'],
  ['versioneye-api-key', 'VERSION_EYE_API_KEY', '[A-Za-z0-9-]{40}'],
  ['viewneo-api-key', 'VIEWNEO_API_KEY', '[A-Za-z0-9]{120,300}\\.[A-Za-z0-9]{150,300}\\.[A-Za-z0-9_-]{600,800}'],
  ['visual-crossing-api-key', 'VISUAL_CROSSING_API_KEY', '[A-Z0-9]{25}'],
  ['voiceflow-api-key', 'VOICEFLOW_API_KEY', 'VF\\.(?:(?:DM|WS)\\.)?[A-Fa-f0-9]{24}\\.[A-Za-z0-9]{16}'],
  ['voodoosms-api-key', 'VOODOO_SMS_API_KEY', '[A-Za-z0-9]{46}'],
  ['vouchery-api-key', 'VOUCHERY_API_KEY', '[A-Za-z0-9]{32}'],
  ['vpnapi-key', 'VPNAPI_API_KEY', '[A-Za-z0-9]{32}'],
  ['vyte-api-key', 'VYTE_API_KEY', '[a-z0-9]{50}'],
]);
