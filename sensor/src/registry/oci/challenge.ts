import { TidewaiterError } from '@tidewaiter/shared/errors';
import { isLoopbackName } from '../network/addresses.ts';
import type { NetworkPolicy } from '../network/policy.ts';
import { CHALLENGE_CHARS_MAX } from './limits.ts';

/** What a registry asks for (RFC 7235; Bearer as in distribution's token specification). */
export type Challenge = { readonly scheme: 'basic' } | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string };

/** Token services that are another host than their registry by design, documented by their makers. */
const knownTokenHosts: Readonly<Record<string, string>> = {
  'registry-1.docker.io': 'auth.docker.io',
  'registry.gitlab.com': 'gitlab.com',
};

const PARAMETER = '[a-z_]+=(?:"[^"]*"|[^\\s",]+)';
const CHALLENGE = new RegExp(`\\b(bearer|basic)\\s+(${PARAMETER}(?:\\s*,\\s*${PARAMETER})*)`, 'gi');

/** The challenge of a 401's header, Bearer before Basic; null when there is none that we know. */
export function parseChallenge(header: string | null): Challenge | null {
  const found = [...(header ?? '').slice(0, CHALLENGE_CHARS_MAX).matchAll(CHALLENGE)];
  const bearer = found.find(([, scheme]) => scheme?.toLowerCase() === 'bearer');
  if (bearer) return { scheme: 'bearer', realm: parameter(bearer[2], 'realm'), service: parameter(bearer[2], 'service') };
  return found.length > 0 ? { scheme: 'basic' } : null;
}

function parameter(text = '', name: string): string {
  const [, quoted, bare] = new RegExp(`(?:^|[\\s,])${name}=(?:"([^"]*)"|([^\\s",]+))`, 'i').exec(text) ?? [];
  return quoted ?? bare ?? '';
}

/**
 * The realm as a URL, when it may be sent this registry's password: https on the registry's own host, on the host named for it, or
 * loopback when the registry is there. A registry that names any other realm wants the password carried elsewhere.
 * @throws policy.refused.
 */
export function checkedRealm(realm: string, registry: URL, { tokenHosts, allowPlainLoopback }: NetworkPolicy): URL {
  const url = URL.canParse(realm) ? new URL(realm) : null;
  const named = hostNamed(tokenHosts, registry.host) ?? hostNamed(knownTokenHosts, registry.host);
  const isSecure = url?.protocol === 'https:' && (url.host === registry.host || url.host === named);
  const isLoopback = allowPlainLoopback && url?.protocol === 'http:' && isLoopbackName(url.hostname) && isLoopbackName(registry.hostname);
  if (url && url.username === '' && url.password === '' && (isSecure || isLoopback)) return url;
  throw new TidewaiterError('policy.refused', {
    which: `token service of ${registry.host}`,
    got: url ? `${url.protocol}//${url.host}` : 'no URL',
    want: `https://${named ?? registry.host}`,
    remedy: url ? `If that is its token service, add ${registry.host}=${url.host} to TIDEWAITER_TOKEN_HOSTS.` : undefined,
  });
}

const hostNamed = (hosts: Readonly<Record<string, string>>, host: string): string | undefined =>
  Object.hasOwn(hosts, host) ? hosts[host] : undefined;
