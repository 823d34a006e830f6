import { deepStrictEqual } from 'node:assert';
import { array, assert as check, constantFrom, nat, oneof, property, string } from 'fast-check';
import tap from 'tap';
import { compileRules } from '../../src/detectors/compile.ts';
import { usualRules } from '../../src/detectors/index.ts';
import { literals } from '../../src/detectors/literals.ts';
import { ensureTables } from '../../src/detectors/tables.ts';
import {
  BLOCK_AT,
  CANDIDATES_AT,
  createPassMemory,
  KIND_KEYWORD,
  KIND_LITERAL,
  KIND_PREFIX,
  ESCAPED_URL_LITERAL,
  URL_LITERAL,
  WIDE_LITERAL,
} from '../../src/memory/index.ts';
import { twinFind } from './twin.ts';

const memory = createPassMemory();
const WIDE_WORD = ((KIND_LITERAL << 30) | (WIDE_LITERAL << 16)) >>> 0;
const rules = compileRules(usualRules.rules);
ensureTables(memory, rules);

/** Pass 1 in WebAssembly over `text`, cut at `cuts`; what lies behind the data is made of token characters. */
function find(text: string, cuts: readonly number[]): string[] {
  memory.bytes.fill(0x61, BLOCK_AT - 64, BLOCK_AT + text.length + 256);
  memory.bytes.set(Buffer.from(text, 'latin1'), BLOCK_AT);
  const found = new Set<string>();
  let state = { nextRun: BLOCK_AT, nextInRun: false, nextLiteral: BLOCK_AT };
  for (const cut of [...cuts, null]) {
    const answer = memory.find({
      lowest: BLOCK_AT,
      runFrom: state.nextRun,
      inRun: state.nextInRun,
      literalFrom: state.nextLiteral,
      end: BLOCK_AT + (cut ?? text.length),
      last: cut === null,
      out: CANDIDATES_AT,
    });
    state = answer;
    for (let i = CANDIDATES_AT / 4; i < CANDIDATES_AT / 4 + answer.count * 2; i += 2) {
      const word = memory.words[i + 1] ?? 0;
      // Which pieces of UTF-16 are named depends on the cuts; that each token is named in one of them is the engine's test.
      if (word !== WIDE_WORD) found.add(lineOf((memory.words[i] ?? 0) - BLOCK_AT, word));
    }
  }
  return [...found].sort();
}

function lineOf(offset: number, word: number): string {
  const kind = word >>> 30;
  const id = (word >>> 16) & 0x3fff;
  if (kind === KIND_LITERAL) return `${offset} ${kind} ${id}`;
  if (kind === KIND_KEYWORD) {
    const { text, whole } = rules.keywords[id - 1] ?? {};
    return `${offset} ${kind} ${text} ${whole} ${word & 0x1ff} ${(word >>> 9) & 0x7f}`;
  }
  if (kind === KIND_PREFIX && rules.prefixes[id - 1] === undefined) return `${offset} unknown prefix ${id}`;
  return `${offset} ${kind}`;
}

const anchors = [
  ...rules.prefixes.map(({ text }) => text),
  ...rules.keywords.map(({ text }) => text),
  ...Object.values(literals).map(({ text }) => text),
];
const urls = [URL_LITERAL, ESCAPED_URL_LITERAL];
const alphabet = 'ABCxyz0123456789_-abcdefghiJKLMNOPQ'.split('');
const token = string({ unit: constantFrom(...alphabet), minLength: 1, maxLength: 60 });
const piece = oneof(
  token,
  constantFrom(...anchors),
  constantFrom(...anchors).map((anchor) => anchor.toUpperCase()),
  string({ unit: constantFrom('-', '_', 'a', '7'), minLength: 900, maxLength: 2300 }),
  string({ minLength: 18, maxLength: 60 }).map((text) => Buffer.from(text).toString('base64')),
  constantFrom('\n', ' ', '=', '"', ':', '.', '\\n', '\\u003d', '%3D', '/', '+', '@', '://', ':\\/\\/', '-D', ':-', '\\t', '\0', '\xff'),
  constantFrom('postgres://u:p@h', 'http://host/path', 'DATADOG_API_KEY=', 'datadogApiKey: '),
);
const text = array(piece, { maxLength: 24 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1').toString('latin1'));

await tap.test('the SIMD finder and its scalar twin find the same places', async (t) => {
  t.doesNotThrow(() =>
    check(
      property(text, (input) => {
        deepStrictEqual(find(input, []), twinFind(input, rules));
      }),
      { numRuns: 600 },
    ),
  );
});

await tap.test('where the data is cut changes nothing but which URLs are looked at twice', async (t) => {
  t.doesNotThrow(() =>
    check(
      property(text, array(nat({ max: 3000 }), { maxLength: 12 }), (input, cuts) => {
        const sorted = [...cuts, input.length].filter((cut) => cut <= input.length).sort((a, b) => a - b);
        const whole = twinFind(input, rules);
        const found = find(input, sorted);
        deepStrictEqual(
          found.filter((line) => whole.includes(line) || !urls.some((url) => line.endsWith(` ${KIND_LITERAL} ${url}`))),
          whole,
        );
      }),
      { numRuns: 600 },
    ),
  );
});
