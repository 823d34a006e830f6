import type { PassMemory } from '../memory/index.ts';
import { createEngine } from './create-engine.ts';
import type { Match } from './engine.ts';
import { feed } from './feed.ts';
import type { Rule } from './rule.ts';

/** Rounds of redaction: what a first finding hid (the id of a pair whose secret half is gone) is found in the second. */
const REDACTION_ROUNDS = 2;

/** Detection over texts that are no files: an environment variable, a history line, a label, a path. */
export class TextDetector {
  readonly #rules: readonly Rule[];
  readonly #openMemory: () => PassMemory;
  #memory: PassMemory | null = null;

  /** @param openMemory called with the first text: most workers never meet one, and a memory is some 2 MiB. */
  constructor(rules: readonly Rule[], openMemory: () => PassMemory) {
    this.#rules = rules;
    this.#openMemory = openMemory;
  }

  /** Offsets count the text's UTF-8 bytes. */
  matches(text: string): Match[] {
    this.#memory ??= this.#openMemory();
    const memory = this.#memory;
    const matches: Match[] = [];
    const engine = createEngine({ memory, rules: this.#rules, listener: (match) => matches.push(match) });
    feed(engine, memory, Buffer.from(text));
    return matches;
  }

  /** The text with every match of any confidence replaced by its preview in brackets. */
  redact(text: string): string {
    let redacted = text;
    for (let round = 0; round < REDACTION_ROUNDS; round++) {
      const before = redacted;
      redacted = this.#redactOnce(before);
      if (redacted === before) break;
    }
    return redacted;
  }

  #redactOnce(text: string): string {
    const bytes = Buffer.from(text);
    const parts: string[] = [];
    let from = 0;
    for (const { offset, length, preview } of this.matches(text).sort((a, b) => a.offset - b.offset)) {
      parts.push(bytes.toString('utf8', from, offset), `[${preview}]`);
      from = offset + length;
    }
    return parts.join('') + bytes.toString('utf8', from);
  }
}
