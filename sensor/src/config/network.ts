import { booleanOf, type Variable } from '@tidewaiter/shared/config';

/** Entries of one list: more is not written by hand. */
const ENTRIES_MAX = 1_000;

const listOf = (text: string): readonly string[] => {
  const entries = text.split(/[\s,]+/).filter(Boolean);
  if (entries.length > ENTRIES_MAX) throw new Error(`at most ${ENTRIES_MAX} entries`);
  return entries;
};

/** The variables that widen what the sensor connects to; no assignment can. */
export const networkVariables = {
  allowPlainLoopback: {
    name: 'TIDEWAITER_ALLOW_PLAIN_LOOPBACK',
    type: 'true or false',
    fallbackText: 'false',
    meaning: 'Allow plain http, and loopback addresses, for control plane, layers and registries: for development on one machine only.',
    parse: booleanOf,
    fallback: () => false,
  } satisfies Variable<boolean>,
  allowedHosts: {
    name: 'TIDEWAITER_ALLOWED_HOSTS',
    type: 'hosts (with port if need be) and CIDRs, separated by commas',
    fallbackText: 'none',
    meaning: 'Registries and token servers that may lie at private addresses. AWS’s own names may always (PrivateLink).',
    parse: listOf,
    fallback: () => [],
  } satisfies Variable<readonly string[]>,
  tokenHosts: {
    name: 'TIDEWAITER_TOKEN_HOSTS',
    type: 'REGISTRY=TOKENHOST pairs, separated by commas',
    fallbackText: 'none',
    meaning: 'OCI registries whose token server is another host than the registry itself.',
    parse: (text) => Object.fromEntries(listOf(text).map(pairOf)),
    fallback: () => ({}),
  } satisfies Variable<Readonly<Record<string, string>>>,
} as const;

function pairOf(text: string): readonly [string, string] {
  const [registry, tokenHost, ...more] = text.split('=');
  if (registry && tokenHost && more.length === 0) return [registry, tokenHost];
  throw new Error('REGISTRY=TOKENHOST pairs, separated by commas');
}
