import { readFileSync } from 'node:fs';
import tap from 'tap';
import { builtInRules } from '../../src/detectors/index.ts';
import { optInRules as optInRulesOf } from '../../src/detectors/rules/opt-in.ts';

const optInRules = optInRulesOf(builtInRules);

const allRules = [...builtInRules, ...optInRules];

const page = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

/** The kinds of docs/detectors.tsv: `provider/type`. */
const kinds = new Set(
  page('detectors.tsv')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([provider, type]) => `${provider}/${type}`),
);
const excused = [...(page('detectors.md').split('## No detector')[1] ?? '').matchAll(/^\| (?!kind \||-)([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, kind = '', reason = '']) => ({ kind: kind.trim(), reason }),
);
/** Kinds without a detector that have a reason: more would be a hole. */
const EXCUSED_MAX = 40;

await tap.test('every kind of secret has a detector or a reason why not', async (t) => {
  const covered = new Set([...allRules.flatMap(({ facts = [] }) => facts), ...excused.map(({ kind }) => kind)]);
  t.strictSame(
    [...kinds].filter((kind) => !covered.has(kind)),
    [],
  );
});

await tap.test('facts and reasons are of kinds that exist, and of one or the other', async (t) => {
  const named = allRules.flatMap(({ facts = [] }) => facts);
  t.strictSame(
    named.filter((kind) => !kinds.has(kind)),
    [],
  );
  t.strictSame(
    excused.filter(({ kind, reason }) => !kinds.has(kind) || named.includes(kind) || reason.trim().length < 10),
    [],
  );
  t.ok(excused.length > 0 && excused.length <= EXCUSED_MAX, `${excused.length} kinds without a detector`);
});

await tap.test('an id stands for one rule', async (t) => {
  const ids = allRules.map(({ id }) => id);
  t.strictSame(
    ids.filter((id, at) => ids.indexOf(id) !== at || !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)),
    [],
  );
});
