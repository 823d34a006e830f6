import type { Variable } from '@tidewaiter/shared/config';

/** Entries of a list; more is a mistake in a template. */
const ENTRIES_MAX = 1_000;

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/;
const RANGE = /^[0-9a-fA-F.:]+\/\d{1,3}$/;

export const allowPlainLoopback: Variable<boolean> = {
  name: 'TIDEWAITER_ALLOW_PLAIN_LOOPBACK',
  type: 'true or false',
  fallbackText: 'false',
  meaning: 'Allow plain http to loopback addresses (control plane, registries, layers): for development on one machine only.',
  parse: (text) => {
    if (text !== 'true' && text !== 'false') throw new Error('true or false');
    return text === 'true';
  },
  fallback: () => false,
};

/** Hosts and ranges outside the public network. AWS's own names are allowed without it. */
export const allowedHosts: Variable<readonly string[]> = {
  name: 'TIDEWAITER_ALLOWED_HOSTS',
  type: 'list of hosts, host:port or ranges, separated by commas',
  fallbackText: 'none',
  meaning:
    'Registries of your own network: host names that may lie at private addresses, or ranges (10.1.0.0/16). Addresses of ECR and its layers need no entry; loopback, link-local and metadata addresses only go by a range.',
  parse: (text) =>
    entriesOf(text).map((entry) => {
      if (!HOST.test(entry) && !RANGE.test(entry)) throw new Error('host names, host:port or ranges like 10.1.0.0/16, separated by commas');
      return entry;
    }),
  fallback: () => [],
};

export const tokenHosts: Variable<Readonly<Record<string, string>>> = {
  name: 'TIDEWAITER_TOKEN_HOSTS',
  type: 'list of registry=host, separated by commas',
  fallbackText: 'none',
  meaning: 'Registries whose token service is on another host than they are: registry.example.com=login.example.com.',
  parse: (text) => Object.fromEntries(entriesOf(text).map(pairOf)),
  fallback: () => ({}),
};

export const registryUsername: Variable<string | null> = {
  name: 'TIDEWAITER_REGISTRY_USERNAME',
  type: 'text',
  fallbackText: 'anonymous',
  meaning: 'User of the OCI registry that `scan` reads from; ECR takes the AWS identity instead.',
  parse: (text) => text,
  fallback: () => null,
};

export const registryPassword: Variable<string | null> = {
  name: 'TIDEWAITER_REGISTRY_PASSWORD',
  type: 'text',
  fallbackText: 'none',
  meaning: 'Password or access token of that user.',
  secret: true,
  parse: (text) => text,
  fallback: () => null,
};

/** What every way to a registry takes from the configuration. */
export const networkVariables = { allowPlainLoopback, allowedHosts, tokenHosts };

function entriesOf(text: string): readonly string[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length > ENTRIES_MAX) throw new Error(`at most ${ENTRIES_MAX} entries`);
  return entries;
}

function pairOf(entry: string): readonly [string, string] {
  const [registry = '', host = '', ...rest] = entry.split('=');
  if (HOST.test(registry) && HOST.test(host) && rest.length === 0) return [registry, host];
  throw new Error('pairs of registry=host, separated by commas');
}
