import { alphabets } from '../alphabets.ts';
import type { Rule } from '../rule.ts';

export const rules: readonly Rule[] = [
  {
    id: 'vault-token',
    facts: ['HashiCorp Vault/Service / batch / recovery token'],
    name: 'HashiCorp Vault token',
    anchors: { prefixes: ['hvs.', 'hvb.', 'hvr.'] },
    pattern: /hv[sbr]\.[A-Za-z0-9_-]{24,500}(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    prefix: 'hvs.',
    examples: (rng) => [`hvs.${rng.chars(alphabets.url, 90)}`, `hvb.${rng.chars(alphabets.url, 140)}`],
    nearMisses: (rng) => [`hvs.${rng.chars(alphabets.url, 18)}`, `kvs.${rng.chars(alphabets.url, 90)}`],
  },
  {
    id: 'terraform-cloud-token',
    facts: ['Terraform Cloud/API token', 'vagrantcloud/Vagrant Cloud Personal Token', 'vagrantcloudpersonaltoken/API key'],
    name: 'Terraform Cloud API token',
    anchors: { prefixes: ['.atlasv1.', 'atlasv1.'] },
    pattern: /(?<![A-Za-z0-9])(?<secret>[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})(?![A-Za-z0-9_=-])/,
    anywhere: true,
    around: [32, 96],
    confidence: 'likely',
    examples: (rng) => [`${rng.chars(alphabets.alnum, 14)}.atlasv1.${rng.chars(alphabets.url, 67)}`],
    nearMisses: (rng) => [`${rng.chars(alphabets.alnum, 14)}.atlasv1.${rng.chars(alphabets.url, 20)}`],
  },
];
