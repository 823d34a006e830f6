import { type Engine, feed, type Match } from '../detectors/index.ts';
import type { BesidePlace, Entry } from '../layers/index.ts';
import { BLOCK_AT, BLOCK_BYTES, KEYWORD_REACH, type PassMemory } from '../memory/index.ts';
import type { FoundFile } from './found-file.ts';
import type { FactTools } from './layer-facts.ts';

/** What a text belongs to. */
export type TextEntry = Pick<Entry, 'path' | 'linkTarget'>;

type TextPlace = 'name' | 'link target' | BesidePlace;

/** A text where it lies in the memory, from the block's start. */
interface Placed {
  readonly start: number;
  readonly end: number;
  readonly place: TextPlace;
  readonly entry: TextEntry;
  /** The file of the layer that the entry lies in; null when it is one of the layer's own. */
  readonly outer: FoundFile | null;
}

/** How far before a secret its record's key is looked for. */
const PAX_KEY_REACH = 4_096;
/** So far apart no keyword of one text is taken for the next one's. */
const BETWEEN = Buffer.alloc(KEYWORD_REACH, '\n');

/**
 * What entries say beside their content: names, link targets, pax records and extended attributes, padding. Millions of short texts are
 * gathered in a memory of their own and go through detection together. What is found has the entry's place and `!(name)` behind its path.
 */
export class SideTexts {
  readonly #tools: FactTools;
  readonly #openFile: (path: Uint8Array) => FoundFile;
  #lane: { readonly memory: PassMemory; readonly engine: Engine } | null = null;
  #placed: Placed[] = [];
  #filled = 0;
  /** Names up to the end of the secret in them: what lies in a folder of that name does not tell it again. */
  readonly #told = new Set<string>();

  /** @param open for a finding at an entry of the layer; it is left when the finding is in. */
  constructor(tools: FactTools, open: (path: Uint8Array) => FoundFile) {
    this.#tools = tools;
    this.#openFile = open;
  }

  /** @param outer stays open until the text was scanned. */
  add(bytes: Uint8Array, place: TextPlace, entry: TextEntry, outer: FoundFile | null): void {
    if (bytes.length === 0) return;
    outer?.stay();
    if (bytes.length > BLOCK_BYTES) {
      this.flush();
      this.#placed = [{ start: 0, end: bytes.length, place, entry, outer }];
      this.#scan(bytes);
      return;
    }
    if (this.#filled + bytes.length > BLOCK_BYTES) this.flush();
    const { memory } = this.#open();
    memory.bytes.set(bytes, BLOCK_AT + this.#filled);
    const start = this.#filled;
    this.#placed.push({ start, end: start + bytes.length, place, entry, outer });
    this.#filled = Math.min(BLOCK_BYTES, start + bytes.length + BETWEEN.length);
    memory.bytes.set(BETWEEN.subarray(0, this.#filled - start - bytes.length), BLOCK_AT + start + bytes.length);
  }

  /** Scans what was gathered. */
  flush(): void {
    if (this.#filled === 0) return;
    const { engine } = this.#open();
    engine.begin({ path: '' });
    engine.push(BLOCK_AT, this.#filled);
    engine.end();
    this.#filled = 0;
    this.#done();
  }

  /** A text longer than the block. */
  #scan(bytes: Uint8Array): void {
    const { memory, engine } = this.#open();
    feed(engine, memory, bytes);
    this.#done();
  }

  #done(): void {
    const placed = this.#placed;
    this.#placed = [];
    for (const { outer } of placed) outer?.leave();
  }

  /** The key of the pax record that holds `offset`, with a space before it; '' where there is none. */
  #paxKey(start: number, offset: number): string {
    const { memory } = this.#open();
    const from = Math.max(start, offset - PAX_KEY_REACH);
    const before = Buffer.from(memory.bytes.subarray(BLOCK_AT + from, BLOCK_AT + offset)).toString('utf8');
    const key = [...before.matchAll(PAX_KEY)].at(-1)?.[1];
    return key === undefined ? '' : ` ${key}`;
  }

  #open(): { readonly memory: PassMemory; readonly engine: Engine } {
    this.#lane ??= this.#tools.openLane((match) => this.#matched(match));
    return this.#lane;
  }

  #matched(match: Match): void {
    const placed = lastAtOrBefore(this.#placed, match.offset);
    if (!placed || match.offset + match.length > placed.end) return;
    const { place, entry, outer, start } = placed;
    const { path, linkTarget } = entry;
    const offset = match.offset - start;
    const shown = path.slice(0, path.indexOf(match.text) + match.text.length);
    const isKnown = place === 'name' ? this.#told.has(shown) : place !== 'link target' && `${path}\n${linkTarget}`.includes(match.text);
    if (isKnown) return;
    if (place === 'name' && this.#told.size < this.#tools.findingsMax) this.#told.add(shown);
    const found = outer ?? this.#openFile(Buffer.from(path));
    const where = place === 'header' ? `header${this.#paxKey(start, match.offset)}` : place;
    found.matched({ ...match, offset, line: 1, column: offset + 1 }, `${path}!(${where})`);
    if (!outer) found.leave();
  }
}

/** The beginning of a pax record: its length and key (POSIX pax: "%d %s=%s\n"). */
const PAX_KEY = /(?:^|\n)\d{1,10} ([^=\n]{1,256})=/g;

/** Binary search: the last text that begins at or before `offset`. */
function lastAtOrBefore(placed: readonly Placed[], offset: number): Placed | undefined {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((placed[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return placed[low - 1];
}
