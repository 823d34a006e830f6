/** A value of so many characters changes between capitals, small letters and digits this often at least, if chance made it. */
const CHANGE_EVERY = 12;
/** Words of letters alone between separators: an identifier is made of them, half of a random value nearly never is. */
const plainWord = /^(?:[a-z]{3,}|[A-Z]{3,}|[a-z]{0,12}(?:[A-Z][a-z]{2,}){1,6})$/;
/** Words as names in programs have them: `OAuth2LoginConfigurer`; of letters that can be spoken, as half of those of chance cannot. */
const hump = /[A-Z][a-z]{2,}|[a-z]{4,}/g;
const isSpoken = (word: string): boolean => /[aeiouy]/i.test(word) && !/[bcdfghj-np-tv-xz]{5}/i.test(word);
/** Of letters of chance that long a word is rare. */
const LONG_WORD = 6;
/** What only the names of types, algorithms and constants hold. */
const codeName =
  /(?:[Pp]rivate|[Pp]ublic|[Ss]ecret|[Ss]ession)Key|(?:PRIVATE|PUBLIC|SECRET)_?KEY|SHA(?:256|384|512)|sha(?:256|384|512)|brainpool|BRAINPOOL|(?:secp|SECP|prime|PRIME)\d{3}|RFC\d{4}|[Cc]urve25519|[XxEe][Dd]?25519|Poly1305|poly1305/;
/** What C++ and Rust symbols begin with (Itanium ABI, 5.1; Rust RFC 2603). */
const mangled = /^(?:_{1,3}Z[A-Z0-9]|_R[A-Z]|N\d{1,2}[a-z_]+\d{1,2}[A-Z])/;

/** Does a value look as if a machine had drawn it, and not as if somebody had named something? */
export function looksIssued(value: string): boolean {
  if (/^[0-9]+$/.test(value)) return value.length >= 20 && new Set(value).size >= 6;
  const digits = value.match(/[0-9]/g)?.length ?? 0;
  if (/^[0-9a-f]+$/i.test(value)) return digits * 8 >= value.length && new Set(value.toLowerCase()).size >= Math.min(8, value.length / 2);
  if (codeName.test(value) || mangled.test(value) || isHumped(value, digits) || isEncodedWord(value)) return false;
  const words = (value.match(/[A-Za-z0-9]+/g) ?? []).filter((word) => plainWord.test(word));
  if (words.length >= 2 && words.join('').length * 2 >= value.length) return false;
  const changes = value.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])/g)?.length ?? 0;
  return changes * CHANGE_EVERY >= value.length && (digits > 0 || mixesCapitals(value));
}

/** A capital behind a small letter, and two capitals, one before the other. */
function mixesCapitals(value: string): boolean {
  const [humps, pairs] = [/[a-z](?=[A-Z])/g, /[A-Z](?=[A-Z])/g].map((two) => Array.from(value.matchAll(two), ({ index }) => index));
  const follows = (first = Number.POSITIVE_INFINITY, last = -1): boolean => first + 2 <= last;
  return follows(humps?.[0], pairs?.at(-1)) || follows(pairs?.[0], humps?.at(-1));
}

/** Is most of it words put together, with a digit here and there? */
function isHumped(value: string, digits: number): boolean {
  if (digits * 6 > value.length || !/[a-z]/.test(value) || !/[A-Z]/.test(value)) return false;
  const words = (value.match(hump) ?? []).filter(isSpoken);
  if (!words.some(({ length }) => length >= LONG_WORD)) return false;
  return words.length >= 2 && words.join('').length * 5 >= value.length * 3;
}

/** Base64 of letters: `TXlTdHJpbmc` is MyString. */
function isEncodedWord(value: string): boolean {
  return /^[\w+/-]{16,}={0,2}$/.test(value) && /^[A-Za-z ]{11,}$/.test(Buffer.from(value, 'base64').toString('latin1'));
}
