// Which place of each literal and which bucket let the fewest places of real content through (src/detectors/literals.ts), by a search:
//   node --conditions=@tidewaiter/source sensor/bench/literal-buckets.ts SECONDS FOLDER...
// Give folders of text and of programs. It prints the list's `at` and `bucket` and how many places in a MB remain.
import { readFileSync } from 'node:fs';
import { type Literal, literals } from '../src/detectors/literals.ts';
import { sampleFiles } from './sample-files.ts';

interface Choice {
  readonly at: number;
  readonly bucket: number;
}

const BUCKETS = 8;
const SAMPLE_BYTES = 64 * 2 ** 20;
/** The commonest three bytes in a row; what is rarer together makes less than one place in a MB. */
const TRIGRAMS_MAX = 120_000;
/** Places in a MB that a worse choice may cost at first: the search lowers it to nothing. */
const HEAT = 60;

const [seconds = '60', ...folders] = process.argv.slice(2);
const list: readonly (readonly [string, Literal])[] = Object.entries(literals);
const { trigrams, counts } = countTrigrams(sampleFiles(folders, SAMPLE_BYTES).map((path) => readFileSync(path)));

function countTrigrams(files: readonly Buffer[]): { readonly trigrams: Uint32Array; readonly counts: Float64Array } {
  const all = new Float64Array(1 << 24);
  const megabytes = files.reduce((sum, { length }) => sum + length, 0) / 1e6;
  for (const file of files) {
    let three = 0;
    for (const byte of file) {
      three = (three >>> 8) | (byte << 16);
      all[three] = (all[three] ?? 0) + 1 / megabytes;
    }
  }
  const found = [...all.keys()].filter((three) => (all[three] ?? 0) > 0.1);
  const kept = Uint32Array.from(found.sort((a, b) => (all[b] ?? 0) - (all[a] ?? 0)).slice(0, TRIGRAMS_MAX));
  return { trigrams: kept, counts: Float64Array.from(kept, (three) => all[three] ?? 0) };
}

/** As the finder's nibble tables have it: a byte passes whose halves each belong to a byte of one of the literals. */
function passesOf(texts: readonly string[]): Uint8Array {
  const codes = texts.map((text) => text.charCodeAt(0));
  const [low, high] = [new Set(codes.map((code) => code & 15)), new Set(codes.map((code) => code >> 4))];
  return Uint8Array.from({ length: 256 }, (_, byte) => Number(low.has(byte & 15) && high.has(byte >> 4)));
}

/** Places in a MB that a bucket lets through. */
function costOf(choices: readonly Choice[], bucket: number): number {
  const passes = [0, 1, 2].map((place) => {
    const texts = choices.flatMap((choice, index) => {
      const [, { text, folded }] = list[index] ?? ['', { text: '', at: 0, bucket: 0 }];
      const char = text.charAt(choice.at + place);
      if (choice.bucket !== bucket) return [];
      return folded ? [char.toLowerCase(), char.toUpperCase()] : [char];
    });
    return passesOf(texts);
  });
  const [first, second, third] = passes;
  return trigrams.reduce((sum, three, index) => {
    const isLet = first?.[three & 255] && second?.[(three >> 8) & 255] && third?.[three >> 16];
    return isLet ? sum + (counts[index] ?? 0) : sum;
  }, 0);
}

const costsOf = (all: readonly Choice[]): number[] => Array.from({ length: BUCKETS }, (_, bucket) => costOf(all, bucket));
const sumOf = (costs: readonly number[]): number => costs.reduce((sum, cost) => sum + cost, 0);

/** Simulated annealing: one literal at a time takes another place or bucket. */
function search(choices: Choice[]): number {
  const costs = costsOf(choices);
  const start = performance.now();
  for (let share = 0; share < 1; share = (performance.now() - start) / 1000 / Number(seconds)) {
    const index = Math.floor(Math.random() * choices.length);
    const [old, text] = [choices[index] ?? { at: 0, bucket: 0 }, list[index]?.[1].text ?? ''];
    const bucket = Math.random() < 0.4 ? old.bucket : Math.floor(Math.random() * BUCKETS);
    choices[index] = { at: Math.floor(Math.random() * (text.length - 2)), bucket };
    const changed = new Map([old.bucket, bucket].map((one) => [one, costOf(choices, one)]));
    const worse = [...changed].reduce((sum, [one, cost]) => sum + cost - (costs[one] ?? 0), 0);
    if (worse > 0 && Math.random() >= Math.exp(-worse / (HEAT * (1 - share)))) choices[index] = old;
    else for (const [one, cost] of changed) costs[one] = cost;
  }
  return sumOf(costs);
}

const chosen = list.map(([, { at, bucket }]) => ({ at, bucket }));
console.log('places in a MB now', sumOf(costsOf(chosen)).toFixed(0));
const left = search(chosen);
for (const [index, [name]] of list.entries()) console.log(name, JSON.stringify(chosen[index]));
console.log('places in a MB then', left.toFixed(0));
