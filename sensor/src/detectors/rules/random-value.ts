import { looksIssued } from '../issued.ts';

/** Below this a value says more of a language than of chance (Shannon, bits a character). */
const ENTROPY_MIN = 3;
const ENTROPY_HEX_MIN = 2.7;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Names of requests and devices have this form more often than keys. */
export const isUuid = (value: string): boolean => uuid.test(value);
/** Keys that are published: OpenSSH's and PEM's of public keys and certificates, subresource integrity. */
const published = /^(?:AAAA[BCE][23]|MII[A-Za-z0-9+/]{1,4}I?jAN|MIGf|MFkw|MCow|LS0tLS1CRUdJTiBD|sha(?:256|384|512)-)/;
/** Tokens and a secret that RFC 6749 shows, which every library's tests and documentation repeat. */
const ofStandards = /^(?:2YotnFZFEjr1zCsicMWpAA|tGzv3JOkF0XG5Qx2TlKWIA|SplxlOBeZQQYbYS6WxSbIA|7Fjfp0ZBr1KtDRbnfVdmIw)$/;
/** A name of parts, each a word with a number or none: `PKCS12_add1_attr_by_NID`. */
const nameOfParts = /^(?:[A-Za-z]+\d{0,3}[_-]){3,}[A-Za-z]+\d{0,3}$/;
/** What stands before a ciphertext: Jasypt's and sops' values, Spring's, Ansible's. */
const sealed = /(?:ENC\(|ENC\[[^\]\n]{0,400}|\{cipher\}|!vault\b[^\n]{0,20}\n[^\n]{0,80}|\$ANSIBLE_VAULT[^\n]{0,40}\n\s{0,20})["']?$/;
/** Keys made for web pages, and addresses of accounts in a chain. */
const publicByDesign = /^(?:pk_(?:live|test)_|6L[A-Za-z0-9_-]{38}$|0x[0-9a-fA-F]{40}$)/;
/** Names beside a secret's that are none of their own. */
const besideSecret =
  /public|publishable|site_?key|(?<![a-z])pub(?![a-z])|hash|digest|sha\d|md5|checksum|integrity|fingerprint|thumbprint|_?ids?$|[a-z]Ids?$|name$|path$|file$|url$|uri$/i;

/** Does a name say that its value belongs to a secret, and is none? */
export const namesNoSecret = (identifier: string): boolean => besideSecret.test(identifier);

function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}

/** Base64 whose bytes are readable, which is text and no key. */
function isEncodedText(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(value)) return false;
  const bytes = Buffer.from(value, 'base64');
  return bytes.filter((byte) => byte >= 32 && byte < 127).length >= bytes.length * 0.95;
}

/** Did chance make a value, and is it neither text, a path, a public key nor a ciphertext? `before` is what stands before it. */
export function isRandom(value: string, before: string): boolean {
  const hex = /^(?:0x)?[0-9a-f]+$/i.test(value);
  if (!looksIssued(value) || entropyOf(value) < (hex ? ENTROPY_HEX_MIN : ENTROPY_MIN)) return false;
  if (
    published.test(value) ||
    ofStandards.test(value) ||
    nameOfParts.test(value) ||
    isEncodedText(value) ||
    /^\/[a-z_.-]{2,}\/|(?:\/[a-z_.-]{3,}){2}/.test(value)
  )
    return false;
  return !sealed.test(before) && !publicByDesign.test(value);
}
