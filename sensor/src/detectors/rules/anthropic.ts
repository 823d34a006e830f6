import { alphabets } from '../alphabets.ts';
import type { Rule } from '../rule.ts';
import { token } from './token.ts';

export const rules: readonly Rule[] = [
  token({
    id: 'anthropic-api-key',
    facts: ['Anthropic/API / admin key'],
    name: 'Anthropic API key',
    prefix: ['sk-ant-api03-', 'sk-ant-admin01-'],
    body: 'url',
    length: 93,
    tail: 'AA',
  }),
  token({
    id: 'anthropic-oauth-token',
    facts: ['Anthropic/API / admin key'],
    name: 'Anthropic OAuth or session token',
    prefix: ['sk-ant-oat01-', 'sk-ant-ort01-', 'sk-ant-sid01-'],
    body: 'url',
    length: [80, 110],
    example: (rng) => `sk-ant-oat01-${rng.chars(alphabets.url, 93)}AA`,
  }),
];
