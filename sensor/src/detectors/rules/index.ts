import type { Rule } from '../rule.ts';

/** Every rule the sensor ships. */
export const builtInRules: readonly Rule[] = [
  {
    id: 'github-pat',
    name: 'GitHub personal access token',
    anchors: { prefixes: ['ghp_'] },
    pattern: /ghp_[A-Za-z0-9]{36}(?![A-Za-z0-9])/,
    confidence: 'likely',
    prefix: 'ghp_',
    examples: (rng) => [`ghp_${rng.chars('0123456789abcdef', 36)}`],
    nearMisses: (rng) => [`ghp_${rng.chars('0123456789abcdef', 30)}`],
  },
];
