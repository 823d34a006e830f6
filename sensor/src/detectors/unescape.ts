import type { Window } from './rule.ts';

/** A window with its escapes undone, and where each of its characters stands in the window as it was. */
export interface Unescaped {
  readonly window: Window;
  /** Of an index into the new text: the index in the old one. */
  placeOf(index: number): number;
}

/**
 * Escapes that may stand within a secret: JSON's `\/` and `\uXXXX` (RFC 8259, 7; some writers escape every slash, others `<`, `>`, `&` and
 * `=`), a shell's backslash before punctuation (POSIX, Shell Command Language, 2.2.1), and of percent-encoding the three characters of base64
 * that a URL cannot hold. Text within text has the backslash doubled, or twice doubled. Quotes, line ends and the backslash itself are left:
 * they border what the expressions look for.
 */
const escapes = /\\{1,4}(?:u([0-9A-Fa-f]{4})|([!#$%&()*+,./:;<=>?@[\]^_{|}~-]))|%(2[FfBb]|3[Dd])/g;

/** Null for a window without such an escape, which most are. */
export function unescapeWindow({ text, hit, path }: Window): Unescaped | null {
  if (!text.includes('\\') && !text.includes('%')) return null;
  let unescaped = '';
  const places: number[] = [];
  const add = (piece: string, from: number, step: 0 | 1): void => {
    unescaped += piece;
    for (let i = 0; i < piece.length; i++) places.push(from + i * step);
  };
  let from = 0;
  for (const { 0: escape, 1: unit, 2: char, 3: octet, index } of text.matchAll(escapes)) {
    add(text.slice(from, index), from, 1);
    add(char ?? (unit === undefined ? charOf(octet ?? '') : utf8Of(unit)), index, 0);
    from = index + escape.length;
  }
  if (from === 0) return null;
  add(text.slice(from), from, 1);
  places.push(text.length);
  const newHit = places.findIndex((place) => place >= hit);
  return { window: { text: unescaped, hit: newHit, path }, placeOf: (index) => places[index] ?? text.length };
}

const charOf = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
/** As a file holds the character, one character a byte. */
const utf8Of = (hex: string): string => Buffer.from(charOf(hex)).toString('latin1');
