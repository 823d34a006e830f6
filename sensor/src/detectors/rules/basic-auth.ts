import type { Found } from '../rule.ts';
import { canonicalLogin } from './hosts.ts';

/** Passwords that say "put yours here". */
const placeholders =
  /^(?:(?:x|some|my|the|your|db|default)?[-_]?p[a@4]ss(?:w[o0]rd|wd)?|pwd|secret|user(?:name)?|admin|test|foo|bar|baz|changeme|x+|\*+|\.+|-+|<.*>|\[.*\]|\{.*\}|%\w+%?|\$.*|your.*|my-?pass.*|hunter2|s3cr3t|token|key|none|null|undefined)$/i;

/** A few of such words together, and a number: `my-secret-password`, `testpass1`. */
const sampleWords =
  /^(?:pas?s?w(?:or)?d?|pass(?:word|wd|phrase)?|pwd|secret|test(?:ing)?|my(?:self)?|your|user(?:name)?|db|auth|admin|root|foo|bar(?:ed)?|baz|qux|random|proxy|on|host|login|example|sample|fake|dummy|demo|change|me|default|here|this|that|the|a|some|super|top|guest|wrong|good|bad|new|old|te?mp|token|key|value|string|letmein|welcome|qwerty|abc|really|very|not|real|in|is|to|of|for|with|open|sesame|hello|world|site|app|dev|local|service|account|client|api|access|strong|secure|long|plain|text|too|late|file|x{2,4}|y{2,4}|z{2,4}){1,6}\d{0,6}$/i;
/** Six of the longest, and the number. */
const SAMPLE_CHARS_MAX = 66;

/** Of more than four alike only four are looked at, which part as more do: to part hundreds in six has no end. */
function isSampleText(text: string): boolean {
  const short = text.replaceAll(/x{5,}|y{5,}|z{5,}/gi, (run) => run.slice(0, 4));
  return short.length <= SAMPLE_CHARS_MAX && sampleWords.test(short);
}

/** True for a password that stands in the place of one. */
export function isPlaceholderPassword(password: string): boolean {
  if (placeholders.test(password) || password.includes('${') || password.includes('{{') || password.includes('$(')) return true;
  return (
    isSampleText(password.replaceAll(/[^A-Za-z0-9]/g, '')) ||
    isSampleText(spelledOut(password)) ||
    isSampleText(spelledOut(withoutNumber(password)))
  );
}

/** Without the number at its end, and the signs behind that. */
function withoutNumber(password: string): string {
  let end = password.length;
  while (end > 0 && /\W/.test(password.charAt(end - 1))) end--;
  let from = end;
  while (from > 0 && /\d/.test(password.charAt(from - 1))) from--;
  return from === end ? password : password.slice(0, from);
}

/** `p@ssw0rd` is password. */
function spelledOut(password: string): string {
  const letters: Readonly<Record<string, string>> = { '@': 'a', '0': 'o', '3': 'e', '1': 'l', $: 's' };
  return password.replaceAll(/[@031$]/g, (sign) => letters[sign] ?? sign).replaceAll(/[^A-Za-z0-9]/g, '');
}

/** True for letters alone, perhaps joined by hyphens: documentation's passwords are words as a rule, those in use seldom. */
export function isWordPassword(password: string): boolean {
  return /^[A-Za-z]+(?:[-_. ][A-Za-z]+)*$/.test(password) && !/[a-z][A-Z].*[a-z][A-Z]/.test(password);
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
