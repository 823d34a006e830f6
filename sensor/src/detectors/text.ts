import { BLOCK_AT, BLOCK_BYTES, CARRY_BYTES, createPassMemory, type PassMemory } from '../memory/index.ts';
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
    memory.bytes.set(bytes.subarray(Math.max(0, at - CARRY_BYTES), at), BLOCK_AT - Math.min(at, CARRY_BYTES));
    memory.bytes.set(piece, BLOCK_AT);
    engine.push(BLOCK_AT, piece.length);
  }
  engine.end();
  return matches;
}

/** Rounds of redaction: what a first finding hid (the id of a pair whose secret half is gone) is found in the second. */
const REDACTION_ROUNDS = 2;

/** The text with every match of any confidence replaced by its preview in brackets. */
export function redact(rules: readonly Rule[], text: string): string {
  let redacted = text;
  for (let round = 0; round < REDACTION_ROUNDS; round++) {
    const before = redacted;
    redacted = redactOnce(rules, before);
    if (redacted === before) break;
  }
  return redacted;
}

function redactOnce(rules: readonly Rule[], text: string): string {
  const bytes = Buffer.from(text);
  const parts: string[] = [];
  let from = 0;
  for (const { offset, length, preview } of scanText(rules, text).sort((a, b) => a.offset - b.offset)) {
    parts.push(bytes.toString('utf8', from, offset), `[${preview}]`);
    from = offset + length;
  }
  return parts.join('') + bytes.toString('utf8', from);
}
