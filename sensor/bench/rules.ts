// The engine's speed at several numbers of rules, each the best of some rounds over the same files, taken in turn:
//   node --conditions=@tidewaiter/source sensor/bench/rules.ts 100,500,1000 FOLDER...
// Beyond the built-in rules there are made-up ones, for the providers of docs/detectors.tsv.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { builtInRules, createEngine, type Rule } from '../src/detectors/index.ts';
import { near } from '../src/detectors/rules/near.ts';
import { BLOCK_AT, BLOCK_BYTES, CARRY_BYTES, createPassMemory } from '../src/memory/index.ts';

const ROUNDS = 7;
const SAMPLE_BYTES = 96 * 2 ** 20;
const FILE_BYTES_MAX = 8 * 2 ** 20;
/** Shapes that the providers' keys have most often, in turn. */
const shapes = [/[0-9a-f]{32}/, /[0-9a-z]{32}/, /[A-Za-z0-9]{40}/, /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/, /[A-Za-z0-9_-]{43}/];
const memory = createPassMemory();

function rulesOf(count: number): readonly Rule[] {
  const lines = readFileSync(new URL('../../docs/detectors.tsv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const providers = [...new Set(lines.map((line) => /^[a-z]{3,20}/.exec(line.toLowerCase())?.[0] ?? '').filter((word) => word !== ''))];
  const more = Array.from({ length: Math.max(0, count - builtInRules.length) }, (_, at) => {
    const word = `${providers[at % providers.length]}${at < providers.length ? '' : at}`;
    return { id: `made-up-${at}`, name: word, words: [word], value: shapes[at % shapes.length] ?? /[0-9a-f]{32}/, facts: [] };
  });
  return [...builtInRules.slice(0, count), ...near(more)];
}

/** Files spread over the folders, not their first ones: every nth, up to the sample's size. */
function readSample(folders: readonly string[]): Buffer[] {
  const paths = folders.flatMap((folder) => [...filesOf(folder)]);
  const sized = paths.map((path) => ({ path, size: statSync(path).size })).filter(({ size }) => size > 0 && size <= FILE_BYTES_MAX);
  const step = Math.max(1, Math.ceil(sized.reduce((sum, { size }) => sum + size, 0) / SAMPLE_BYTES));
  return sized.filter((_, at) => at % step === 0).map(({ path }) => readFileSync(path));
}

/** readdir's own recursion with file types takes minutes where folders link to each other. */
function* filesOf(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesOf(path);
    if (entry.isFile()) yield path;
  }
}

/** Processor time, and of this thread alone: other work on the machine counts little. */
function millisecondsOf(rules: readonly Rule[], files: readonly Buffer[]): { readonly ms: number; readonly found: number } {
  let found = 0;
  const before = process.threadCpuUsage();
  const engine = createEngine({ memory, rules, listener: () => found++ });
  for (const file of files) {
    engine.begin({ path: 'file' });
    for (let at = 0; at < file.length; at += BLOCK_BYTES) {
      const piece = file.subarray(at, at + BLOCK_BYTES);
      memory.bytes.set(file.subarray(Math.max(0, at - CARRY_BYTES), at), BLOCK_AT - Math.min(at, CARRY_BYTES));
      memory.bytes.set(piece, BLOCK_AT);
      engine.push(BLOCK_AT, piece.length);
    }
    engine.end();
  }
  const { user, system } = process.threadCpuUsage(before);
  return { ms: (user + system) / 1000, found };
}

const [counts = '', ...folders] = process.argv.slice(2);
const files = readSample(folders);
const bytes = files.reduce((sum, { length }) => sum + length, 0);
const sets = counts.split(',').map((count) => ({ rules: rulesOf(Number(count)), best: Number.POSITIVE_INFINITY, found: 0 }));
for (let round = 0; round < ROUNDS; round++) {
  for (const set of sets) {
    const { ms, found } = millisecondsOf(set.rules, files);
    set.best = Math.min(set.best, ms);
    set.found = found;
  }
}
for (const { rules, best, found } of sets) {
  console.log(
    JSON.stringify({ rules: rules.length, megabytes: Math.round(bytes / 1e6), megabytesPerSecond: Math.round(bytes / 1e3 / best), found }),
  );
}
