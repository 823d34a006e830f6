import { BLOCK_AT, BLOCK_BYTES, createPassMemory, type PassMemory } from '../memory/index.ts';
import { createEngine } from './create-engine.ts';
import type { Match } from './engine.ts';
import type { Rule } from './rule.ts';

let memory: PassMemory | undefined;

/** Matches in a text that is no file: an environment variable, a history line, a label. Offsets count its UTF-8 bytes. */
export function scanText(rules: readonly Rule[], text: string): Match[] {
  memory ??= createPassMemory();
  const matches: Match[] = [];
  const engine = createEngine({ memory, rules, listener: (match) => matches.push(match) });
  const bytes = Buffer.from(text);
  engine.begin({ path: '' });
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const piece = bytes.subarray(at, at + BLOCK_BYTES);
    memory.bytes.set(piece, BLOCK_AT);
    engine.push(BLOCK_AT, piece.length);
  }
  engine.end();
  return matches;
}

/** The text with every match of any confidence replaced by its preview in brackets. */
export function redact(rules: readonly Rule[], text: string): string {
  const matches = scanText(rules, text).sort((a, b) => a.offset - b.offset);
  const bytes = Buffer.from(text);
  let from = 0;
  const parts: string[] = [];
  for (const match of matches) {
    if (match.offset < from) continue;
    parts.push(bytes.toString('utf8', from, match.offset), `[${match.preview}]`);
    from = match.offset + match.length;
  }
  return parts.join('') + bytes.toString('utf8', from);
}
