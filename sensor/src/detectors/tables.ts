import {
  KEYWORD_BITS,
  KEYWORD_HEADS,
  KEYWORDS,
  KEYWORDS_MAX,
  LITERALS,
  LITERALS_COUNT,
  LITERALS_MAX,
  type PassMemory,
  PREFIX_BITS,
  PREFIX_HEADS,
  PREFIXES,
  PREFIXES_MAX,
  TABLES_AT,
  TABLES_BYTES,
  TEDDY,
  TOKEN_HIGH,
  TOKEN_LOW,
  WHOLE_WORD,
} from '../memory/index.ts';
import type { Anchor, CompiledRules } from './compile.ts';
import type { Literal } from './literals.ts';

const owners = new WeakMap<PassMemory, CompiledRules>();

/** Makes the memory's tables those of `rules`, unless they are already. */
export function ensureTables(memory: PassMemory, rules: CompiledRules): void {
  if (owners.get(memory) === rules) return;
  const tables = memory.bytes.subarray(TABLES_AT, TABLES_AT + TABLES_BYTES).fill(0);
  writeTokenClass(tables);
  writeLiterals(tables, rules.literalTable);
  writeChains(
    tables,
    { bits: PREFIX_BITS, heads: PREFIX_HEADS, records: PREFIXES, most: PREFIXES_MAX, textAt: 4, folded: false },
    rules.prefixes,
  );
  writeChains(
    tables,
    { bits: KEYWORD_BITS, heads: KEYWORD_HEADS, records: KEYWORDS, most: KEYWORDS_MAX, textAt: 8, folded: true },
    rules.keywords,
  );
  owners.set(memory, rules);
}

/** A token character, as pass 1 has it. */
export const isToken = (c: number): boolean =>
  (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 45 || c === 95;

/** One bit for each distinct row of the 16 x 16 table of the token class: there are fewer than 8. */
function writeTokenClass(tables: Uint8Array): void {
  const bits = new Map<string, number>();
  for (let high = 0; high < 16; high++) {
    const row = Array.from({ length: 16 }, (_, low) => isToken(high * 16 + low));
    if (!row.includes(true)) continue;
    const key = row.join();
    const bit = bits.get(key) ?? 1 << bits.size;
    bits.set(key, bit);
    tables[TOKEN_HIGH + high] = bit;
    row.forEach((yes, low) => {
      if (yes) or(tables, TOKEN_LOW + low, bit);
    });
  }
}

function or(tables: Uint8Array, at: number, bit: number): void {
  tables[at] = (tables[at] ?? 0) | bit;
}

function writeLiterals(tables: Uint8Array, list: readonly Literal[]): void {
  if (list.length > LITERALS_MAX) throw new RangeError(`${list.length} literals, at most ${LITERALS_MAX}`);
  tables[LITERALS_COUNT] = list.length;
  list.forEach((literal, id) => {
    const bit = 1 << literal.bucket;
    tables.set([bit, literal.at, literal.text.length, literal.folded ? 1 : 0], LITERALS + id * 32);
    writeText(tables, LITERALS + id * 32 + 4, literal.text);
    for (let place = 0; place < 3; place++) {
      for (const code of bytesAt(literal, place)) {
        or(tables, TEDDY + place * 32 + (code & 15), bit);
        or(tables, TEDDY + place * 32 + 16 + (code >> 4), bit);
      }
    }
  });
}

function bytesAt({ text, at, folded }: Literal, place: number): number[] {
  const char = text.charAt(at + place);
  return (folded ? [char.toLowerCase(), char.toUpperCase()] : [char]).map((one) => one.charCodeAt(0));
}

interface ChainPlaces {
  readonly bits: number;
  readonly heads: number;
  readonly records: number;
  readonly most: number;
  readonly textAt: number;
  readonly folded: boolean;
}

/** Number 0 ends a chain, so the anchor at index i has the number i + 1. */
function writeChains(tables: Uint8Array, places: ChainPlaces, anchors: readonly Anchor[]): void {
  if (anchors.length >= places.most) throw new RangeError(`${anchors.length} anchors, less than ${places.most} allowed`);
  const view = new DataView(tables.buffer, tables.byteOffset, tables.length);
  for (const [index, { text, run, traits, whole }] of anchors.entries()) {
    const record = places.records + (index + 1) * 32;
    writeText(tables, record + places.textAt, places.folded ? text.toLowerCase() : text);
    const hash = hashOf(view.getUint32(record + places.textAt, true), text.length, places.folded);
    or(tables, places.bits + (hash >>> 20), 1 << ((hash >>> 17) & 7));
    const head = places.heads + (hash >>> 19) * 2;
    view.setUint16(record, view.getUint16(head, true), true);
    view.setUint16(head, index + 1, true);
    view.setUint8(record + 2, text.length);
    if (places.folded) {
      view.setUint8(record + 3, traits | (whole ? WHOLE_WORD : 0));
      view.setUint16(record + 4, run[0], true);
      view.setUint16(record + 6, run[1], true);
    }
  }
}

function writeText(tables: Uint8Array, at: number, text: string): void {
  for (let place = 0; place < text.length; place++) tables[at + place] = text.charCodeAt(place);
}

/**
 * As `hash` of wasm/finder.ts has it: of a prefix's first three bytes; of a keyword's first four (in lower case) where it has them.
 * @param beginning the text's first four bytes, as a little-endian number.
 */
function hashOf(beginning: number, length: number, folded: boolean): number {
  const three = beginning & 0xffffff;
  const bytes = !folded ? three : length > 3 ? beginning | 0x20202020 : three | 0x202020;
  return Math.imul(bytes, 0x9e3779b1) >>> 0;
}
