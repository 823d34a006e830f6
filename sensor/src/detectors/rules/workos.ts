import type { Rule } from '../rule.ts';
import { standalone } from './standalone.ts';

/** The body is the base64 of `key_`, an id and more: a Stripe key (alphanumeric alone) never begins so. */
export const rules: readonly Rule[] = standalone([
  {
    id: 'workos-production-api-key',
    name: 'WorkOS production API key',
    value: /sk_live_a2V5Xz[A-Za-z0-9+/]{69}={0,2}/,
    facts: ['workos/workos-production-api-key.1', 'highnote/highnote-secret-live-key'],
    rank: 1,
  },
]);
