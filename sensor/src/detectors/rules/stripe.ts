import { alphabets } from '../alphabets.ts';
import type { Rule } from '../rule.ts';
import { token } from './token.ts';

/** Publishable keys (pk_) are public by design and have no rule. */
export const rules: readonly Rule[] = [
  token({
    id: 'stripe-live-key',
    facts: ['Stripe/Secret / restricted live key'],
    name: 'Stripe live secret or restricted key',
    prefix: ['sk_live_', 'rk_live_'],
    body: 'alnum',
    length: [20, 120],
    example: (rng) => `sk_live_${rng.chars(alphabets.alnum, 99)}`,
  }),
  token({
    id: 'stripe-test-key',
    name: 'Stripe test secret or restricted key',
    prefix: ['sk_test_', 'rk_test_'],
    body: 'alnum',
    length: [20, 120],
    confidence: 'possible',
  }),
  token({
    id: 'stripe-webhook-secret',
    facts: ['Stripe/Webhook secret'],
    name: 'Stripe webhook signing secret',
    prefix: 'whsec_',
    body: 'alnum',
    length: [32, 64],
  }),
];
