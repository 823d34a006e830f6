import { isLoopbackHost, shownText } from '@tidewaiter/shared/config';
import { TidewaiterError } from '@tidewaiter/shared/errors';

const NAME = 'TIDEWAITER_PUBLIC_URL';

/**
 * Checks the URL that becomes the OIDC issuer. AWS compares `iss` byte for byte, takes https only, no query, and "should not
 * contain a port number" (IAM, CreateOpenIDConnectProvider); STS must reach it from outside.
 * @param development lets through what only a loopback AWS can use: http, a port, an IP address, localhost.
 */
export function checkPublicUrl(text: string, development: boolean): void {
  const url = parse(text);
  const faults = [...shapeFaults(text, url), ...(development ? [] : reachFaults(url))];
  const [fault] = faults;
  if (fault) throw refuse(text, fault, development);
}

/** Faults no installation may have: `iss` would not be one fixed string. */
function shapeFaults(text: string, url: URL): readonly string[] {
  return [
    url.username || url.password ? 'no user name or password' : '',
    text.includes('?') ? 'no query' : '',
    text.includes('#') ? 'no fragment' : '',
    text.endsWith('/') ? 'no trailing slash' : '',
    url.pathname === '/' || text.endsWith('/') ? '' : 'no path',
    text.toLowerCase() === text ? '' : 'lower case only',
    url.protocol === 'https:' || url.protocol === 'http:' ? '' : 'https',
  ].filter(Boolean);
}

function reachFaults(url: URL): readonly string[] {
  const host = url.hostname;
  return [
    url.protocol === 'https:' ? '' : 'https',
    url.port || /:\d+$/.test(url.host) ? 'no port' : '',
    isLoopbackHost(host) || host.endsWith('.localhost') ? 'a public host name, not this machine' : '',
    /^[\d.]+$/.test(host) || host.startsWith('[') ? 'a host name, not an IP address' : '',
    host.includes('.') ? '' : 'a public host name with a domain',
  ].filter(Boolean);
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  // The URL parser drops a default port and repairs slashes; the text must be what AWS will compare, so it is checked as written.
  if (url && /^https?:\/\/[^/]/.test(text) && !/:443(?:\/|$)/.test(text)) return url;
  throw refuse(text, 'https://HOST, written out and without a port', false);
}

function refuse(text: string, fault: string, development: boolean): TidewaiterError {
  const escape = development ? '' : ' For a development cloud on this machine set TIDEWAITER_DEVELOPMENT_URLS=true.';
  return new TidewaiterError('config.invalid', {
    which: NAME,
    got: shownText(text),
    want: fault,
    remedy: `Set it to https://HOST as AWS reaches it.${escape}`,
  });
}
