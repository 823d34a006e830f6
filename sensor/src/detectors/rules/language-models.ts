import type { Rule } from '../rule.ts';
import { near } from './near.ts';
import { token } from './token.ts';

/** Providers of language models whose keys need one rule each. */
export const rules: readonly Rule[] = [
  token({
    id: 'huggingface-token',
    facts: ['Hugging Face/User / org token'],
    name: 'Hugging Face user access token',
    prefix: 'hf_',
    body: 'letters',
    length: 34,
  }),
  token({
    id: 'huggingface-org-token',
    facts: ['Hugging Face/User / org token'],
    name: 'Hugging Face organisation token',
    prefix: 'api_org_',
    body: 'letters',
    length: 34,
  }),
  token({ id: 'groq-api-key', facts: ['Groq/API key'], name: 'Groq API key', prefix: 'gsk_', body: 'alnum', length: 52 }),
  token({
    id: 'openrouter-api-key',
    facts: ['OpenRouter/API key'],
    name: 'OpenRouter API key',
    prefix: 'sk-or-v1-',
    body: 'hex',
    length: 64,
  }),
  token({
    id: 'perplexity-api-key',
    facts: ['Perplexity/API key'],
    name: 'Perplexity API key',
    prefix: 'pplx-',
    body: 'alnum',
    length: 48,
  }),
  token({ id: 'xai-api-key', facts: ['xAI/API key'], name: 'xAI API key', prefix: 'xai-', body: 'alnum', length: [70, 120] }),
  token({ id: 'nvidia-api-key', facts: ['NVIDIA/NGC/NIM key'], name: 'NVIDIA API key', prefix: 'nvapi-', body: 'url', length: [60, 70] }),
  token({
    id: 'wandb-api-key',
    facts: ['Weights & Biases/API key'],
    name: 'Weights & Biases API key',
    prefix: 'wandb_v1_',
    body: 'url',
    length: 77,
  }),
  ...near([
    {
      id: 'wandb-legacy-api-key',
      facts: ['Weights & Biases/API key'],
      name: 'Weights & Biases API key (legacy)',
      words: ['wandb'],
      value: /[0-9a-f]{40}/,
    },
  ]),
  ...near([
    {
      id: 'mistral-api-key',
      facts: ['Mistral/API key'],
      name: 'Mistral API key',
      words: ['mistral'],
      value: /[A-Za-z0-9]{32}/,
    },
  ]),
  ...near([
    {
      id: 'cohere-api-key',
      facts: ['Cohere/API key'],
      name: 'Cohere API key',
      words: ['cohere', 'co api key'],
      value: /[A-Za-z0-9]{40}/,
    },
  ]),
  ...near([
    { id: 'deepseek-api-key', facts: ['DeepSeek/API key'], name: 'DeepSeek API key', words: ['deepseek'], value: /sk-[0-9a-f]{32}/ },
  ]),
];
