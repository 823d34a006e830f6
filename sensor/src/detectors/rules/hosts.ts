/** Hosts of documentation (RFC 2606) and of a developer's own machine. */
const sampleHosts =
  /(?:^|\.)(?:example\.(?:com|org|net)|[a-z0-9-]{1,63}\.(?:example|test|invalid)|(?:my-?|your-?)?(?:company|domain|server|host|bogus|foo|bar|acme|test)\.(?:com|net|org|io))(?::\d{1,5})?$|^(?:host(?:name|port)?|server|domain|your.{0,80}|(?:my|some)-?(?:host|server)|foo|bar|proxy-?host|[a-z])(?::\d{1,5}|:port)?$/i;
const localHosts = /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])(?::\d+)?$/i;
/** Passwords that are defaults, on a machine of one's own no secret. */
const defaults = /^(?:postgres|mysql|mongo|redis|root|rabbitmq|guest|docker|example|default|[a-z]{1,4}|1234?)$/i;

/** True for a host that only documentation has. */
export function isSampleHost(host: string): boolean {
  return sampleHosts.test(host);
}

/** True for a machine of one's own: what guards it guards little. */
export function isLocalHost(host: string): boolean {
  return localHosts.test(host);
}

/** True for a password everybody starts with, on a machine of one's own: no secret. */
export function isDefaultPassword(password: string, host: string): boolean {
  return localHosts.test(host) && defaults.test(password);
}

/**
 * The canonical secret of a login: `user:password@host`, or `user:password` where no host is known. The host is RFC 3986's, without a port
 * (one password on two ports of a machine is one secret, and default ports may be left out), in lower case (3.2.2) and without the root's dot.
 * Where several hosts share a password (MongoDB) all are named.
 */
export function canonicalLogin(user: string, password: string, host = ''): Uint8Array {
  const plainHost = host
    .toLowerCase()
    .replaceAll(/[:,]\d{1,5}(?=,|$)/g, '')
    .replaceAll(/\.(?=,|$)/g, '');
  return Buffer.from(`${user}:${password}${plainHost === '' ? '' : `@${plainHost}`}`, 'latin1');
}
