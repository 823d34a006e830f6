// The engine's speed at several numbers of rules, each the best of some rounds over the same files, taken in turn:
//   node --conditions=@tidewaiter/source sensor/bench/rules.ts 100,500,1000 FOLDER...
// `custom:50` are the built-in rules and 50 of a user's, by re2js. Beyond the built-in rules there are made-up ones, for the providers of docs/detectors.tsv.
import { readFileSync } from 'node:fs';
import { chooseRules, createEngine, type CustomRule, feed, type Rule, usualRules } from '../src/detectors/index.ts';
import { near } from '../src/detectors/rules/near.ts';
import { createPassMemory } from '../src/memory/index.ts';
import { sampleFiles } from './sample-files.ts';

const ROUNDS = 7;
const SAMPLE_BYTES = 96 * 2 ** 20;
/** Shapes that the providers' keys have most often, in turn. */
const shapes = [/[0-9a-f]{32}/, /[0-9a-z]{32}/, /[A-Za-z0-9]{40}/, /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/, /[A-Za-z0-9_-]{43}/];
const memory = createPassMemory();

function rulesOf(count: number): readonly Rule[] {
  const lines = readFileSync(new URL('../../docs/detectors.tsv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const providers = [
    ...new Set<string>(lines.map((line) => /^[a-z]{3,20}/.exec(line.toLowerCase())?.[0] ?? '').filter((word) => word !== '')),
  ];
  const more = Array.from({ length: Math.max(0, count - usualRules.rules.length) }, (_, at) => {
    const word = `${providers[at % providers.length]}${at < providers.length ? '' : at}`;
    return { id: `made-up-${at}`, name: word, words: [word], value: shapes[at % shapes.length] ?? /[0-9a-f]{32}/, facts: [] };
  });
  return [...usualRules.rules.slice(0, count), ...near(more)];
}

/** Prefixes, keywords and literals in turn, as users write them. */
function customOf(count: number): readonly CustomRule[] {
  const usual = { confidence: 'likely', window: [256, 1_024] } as const;
  return Array.from({ length: count }, (_, at): CustomRule => {
    const [id, word] = [`own-${at}`, `corp${at}`];
    if (at % 5 === 0)
      return { ...usual, id, name: id, anchor: { kind: 'literal', text: `${word}::` }, pattern: `${word}::(?P<secret>[0-9a-f]{12})` };
    if (at % 2 === 0) return { ...usual, id, name: id, anchor: { kind: 'prefix', text: `${word}_` }, pattern: `${word}_[0-9A-Za-z]{32}` };
    const keyword = ['token', 'secret', 'key', 'password', 'auth'][at % 5] ?? 'token';
    const pattern = `(?i)${keyword}["' ]{0,3}[:=]["' ]{0,3}(?P<secret>${word}[0-9a-f]{32})`;
    return { ...usual, id, name: id, anchor: { kind: 'keyword', text: keyword, run: [16, 64] }, pattern };
  });
}

async function setOf(words: string): Promise<readonly Rule[]> {
  const [kind, count] = words.split(':');
  if (kind !== 'custom') return Number(words) === usualRules.rules.length ? usualRules.rules : rulesOf(Number(words));
  return (await chooseRules({ enable: [], disable: [], custom: customOf(Number(count)) })).rules;
}

/** Processor time, and of this thread alone: other work on the machine counts little. */
function millisecondsOf(rules: readonly Rule[], files: readonly Buffer[]): { readonly ms: number; readonly found: number } {
  let found = 0;
  const before = process.threadCpuUsage();
  const engine = createEngine({ memory, rules, listener: () => found++ });
  for (const file of files) feed(engine, memory, file, 'file');
  const { user, system } = process.threadCpuUsage(before);
  return { ms: (user + system) / 1000, found };
}

const [counts = '', ...folders] = process.argv.slice(2);
const files = sampleFiles(folders, SAMPLE_BYTES).map((path) => readFileSync(path));
const bytes = files.reduce((sum, { length }) => sum + length, 0);
const sets = await Promise.all(
  counts.split(',').map(async (words) => ({ rules: await setOf(words), best: Number.POSITIVE_INFINITY, found: 0 })),
);
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
