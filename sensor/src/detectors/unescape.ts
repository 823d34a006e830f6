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

/** A stretch of the new text from `at` on, which stands at `from` in the old one: character for character, or all of it for one escape. */
interface Piece {
  readonly at: number;
  readonly from: number;
  readonly step: 0 | 1;
}

interface Undone {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

let last: { readonly text: string; readonly undone: Undone | null } = { text: '', undone: null };

/**
 * Null for a window without such an escape, which most are. Several rules look at one window: its text is undone once and stretches are kept
 * instead of each character's place (of a worker's 2.6 s on a Debian image it was 0.17).
 */
export function unescapeWindow({ text, hit, path }: Window): Unescaped | null {
  if (last.text !== text) last = { text, undone: undo(text) };
  const { undone } = last;
  if (undone === null) return null;
  const placeOf = (index: number): number => placeIn(undone, index, text.length);
  return { window: { text: undone.text, hit: indexOf(undone, hit), path }, placeOf };
}

function undo(text: string): Undone | null {
  if (!text.includes('\\') && !text.includes('%')) return null;
  const pieces: Piece[] = [];
  let [unescaped, from] = ['', 0];
  const add = (piece: string, place: number, step: 0 | 1): void => {
    if (piece === '') return;
    pieces.push({ at: unescaped.length, from: place, step });
    unescaped += piece;
  };
  for (const { 0: escape, 1: unit, 2: char, 3: octet, index } of text.matchAll(escapes)) {
    add(text.slice(from, index), from, 1);
    add(char ?? (unit === undefined ? charOf(octet ?? '') : utf8Of(unit)), index, 0);
    from = index + escape.length;
  }
  if (from === 0) return null;
  add(text.slice(from), from, 1);
  return { text: unescaped, pieces };
}

function placeIn({ text, pieces }: Undone, index: number, end: number): number {
  if (index >= text.length) return end;
  const piece = pieces.findLast(({ at }) => at <= index);
  return piece ? piece.from + (index - piece.at) * piece.step : end;
}

/** The first index whose character stands at `place` or behind it. */
function indexOf({ text, pieces }: Undone, place: number): number {
  for (const [number, { at, from, step }] of pieces.entries()) {
    const next = pieces[number + 1]?.at ?? text.length;
    if (from >= place) return at;
    if (step === 1 && from + (next - at) > place) return at + (place - from);
  }
  return text.length;
}

const charOf = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
/** As a file holds the character, one character a byte. */
const utf8Of = (hex: string): string => Buffer.from(charOf(hex)).toString('latin1');
