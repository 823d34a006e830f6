import { alphabets } from '../alphabets.ts';
import type { Rule } from '../rule.ts';

/** T3BlbkFJ is base64 of "OpenAI"; it stands in the middle of every key. */
const MARK = 'T3BlbkFJ';

export const rules: readonly Rule[] = [
  {
    id: 'openai-api-key',
    facts: ['OpenAI/API key'],
    name: 'OpenAI API key',
    anchors: { prefixes: ['sk-proj-', 'sk-svcacct-', 'sk-admin-'] },
    pattern: /sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,120}T3BlbkFJ[A-Za-z0-9_-]{20,120}/,
    confidence: 'likely',
    prefix: 'sk-',
    examples: (rng) =>
      ['proj', 'svcacct', 'admin'].map((kind) => `sk-${kind}-${rng.chars(alphabets.url, 74)}${MARK}${rng.chars(alphabets.url, 74)}`),
    nearMisses: (rng) => [`sk-proj-${rng.chars(alphabets.alnum, 156)}`, `sk-proj-${MARK}${rng.chars(alphabets.url, 20)}`],
  },
  {
    id: 'openai-legacy-api-key',
    facts: ['OpenAI/API key'],
    name: 'OpenAI API key (legacy)',
    anchors: { prefixes: ['sk-'] },
    pattern: /sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    prefix: 'sk-',
    examples: (rng) => [`sk-${rng.chars(alphabets.alnum, 20)}${MARK}${rng.chars(alphabets.alnum, 20)}`],
    nearMisses: (rng) => [
      `sk-${rng.chars(alphabets.alnum, 48)}`,
      `sk-${rng.chars(alphabets.alnum, 20)}${MARK}${rng.chars(alphabets.alnum, 19)}`,
    ],
  },
];
