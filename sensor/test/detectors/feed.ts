import { createEngine, type Match, type Rule, usualRules } from '../../src/detectors/index.ts';
import { BLOCK_AT, BLOCK_BYTES, CARRY_BYTES, createPassMemory } from '../../src/memory/index.ts';

const memory = createPassMemory();

/**
 * Runs the engine over a file that comes in pieces, as the layer pass does it, but meaner: each push lies at another place, and
 * outside of it and its carry the memory holds letters that would go on with any token.
 * @param size whether the engine is told how long the file is: unless given it is where the file comes in one piece, so that whoever
 * compares pieces with the whole compares both.
 */
export function matchesOf(
  file: Uint8Array,
  cuts: readonly number[] = [],
  rules: readonly Rule[] = usualRules.rules,
  path = 'app/settings',
  size: 'known' | 'unknown' = cuts.length === 0 ? 'known' : 'unknown',
): Match[] {
  const matches: Match[] = [];
  const engine = createEngine({ memory, rules, listener: (match) => matches.push(match) });
  engine.begin({ path, sizeBytes: size === 'known' ? file.length : null });
  const ends = [...cuts.filter((cut) => cut > 0 && cut < file.length), file.length];
  let from = 0;
  for (const end of ends) {
    for (; from < end; from = Math.min(end, from + BLOCK_BYTES)) pushPiece(file, from, Math.min(end, from + BLOCK_BYTES));
  }
  scramble(BLOCK_AT - CARRY_BYTES, BLOCK_AT + BLOCK_BYTES);
  engine.end();
  return matches.sort((a, b) => a.offset - b.offset);

  function pushPiece(whole: Uint8Array, start: number, end: number): void {
    const at = BLOCK_AT + ((start * 7) % 61);
    const length = Math.min(end - start, BLOCK_AT + BLOCK_BYTES - at);
    const carried = whole.subarray(Math.max(0, start - CARRY_BYTES), start);
    scramble(at - carried.length - 512, at + length + 512);
    memory.bytes.set(carried, at - carried.length);
    memory.bytes.set(whole.subarray(start, start + length), at);
    engine.push(at, length);
    if (start + length < end) pushPiece(whole, start + length, end);
  }
}

function scramble(from: number, to: number): void {
  memory.bytes.fill(0x61, from, to);
}

/** What must not depend on how a file came: all of a match, its bytes as hexadecimal. */
export function plain(matches: readonly Match[]): object[] {
  return matches.map((match) => ({ ...match, canonical: Buffer.from(match.canonical).toString('hex') }));
}
