import type { Found } from '../rule.ts';
import { canonicalLogin } from './hosts.ts';

/** Passwords that say "put yours here". */
const placeholders =
  /^(?:(?:x|some|my|the|your|db|default)?[-_]?p[a@4]ss(?:w[o0]rd|wd)?|pwd|secret|user(?:name)?|admin|test|foo|bar|baz|changeme|x+|\*+|\.+|-+|<.*>|\[.*\]|\{.*\}|%\w+%?|\$.*|your.*|my-?pass.*|hunter2|s3cr3t|token|key|none|null|undefined)$/i;

/** True for a password that stands in the place of one. */
export function isPlaceholderPassword(password: string): boolean {
  return placeholders.test(password) || password.includes('${') || password.includes('{{') || password.includes('$(');
}

/** Base64 of printable `user:password`, as HTTP Basic has it; null for anything else. */
export function decodeUserPassword(base64: string): { readonly user: string; readonly password: string } | null {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  if (!/^[\x20-\x7e]+$/.test(text)) return null;
  const colon = text.indexOf(':');
  if (colon < 0 || colon === text.length - 1) return null;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The check of rules whose secret is base64 of `user:password`. */
export function userPasswordOf(base64: string, host = ''): Found | null {
  const pair = decodeUserPassword(base64);
  if (pair === null || isPlaceholderPassword(pair.password)) return null;
  return { canonical: canonicalLogin(pair.user, pair.password, host) };
}
