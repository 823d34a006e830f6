// What is found of secrets in files as developers write them, by place and by detector:
//   node --conditions=@tidewaiter/source sensor/bench/recall.ts [--missed PLACE] [SEED]
import { createRng, nearPlaces, nonSecrets, places, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import { TextDetector, usualRules } from '../src/detectors/index.ts';
import { createPassMemory } from '../src/memory/index.ts';

const texts = new TextDetector(usualRules.rules, createPassMemory);
const formless = new Set(usualRules.rules.filter(({ rank = 0 }) => rank === -2).map(({ id }) => id));
const beside = new Set(usualRules.rules.filter(({ anchors }) => anchors.words !== undefined).map(({ id }) => id));
const missedAt = process.argv.indexOf('--missed');
const missedPlace = missedAt < 0 ? undefined : process.argv[missedAt + 1];
const seed = Number(process.argv.filter((argument) => /^\d+$/.test(argument))[0] ?? 7);

interface Tally {
  all: number;
  likely: number;
  possible: number;
  other: number;
}
const groupOf = (id: string): string => (formless.has(id) ? 'word only' : beside.has(id) ? 'word and form' : 'form of its own');

const byGroup = new Map<string, Tally>();
const byDetector = new Map<string, Tally>();

function count(map: Map<string, Tally>, key: string, outcome: 'likely' | 'possible' | 'other' | 'none'): void {
  const tally = map.get(key) ?? { all: 0, likely: 0, possible: 0, other: 0 };
  tally.all++;
  if (outcome !== 'none') tally[outcome]++;
  map.set(key, tally);
}

function outcomeOf(text: string, secret: string, value: string): 'likely' | 'possible' | 'other' | 'none' {
  const found = texts
    .matches(text)
    .filter((match) => secret.includes(match.text) || match.text.includes(secret) || value.includes(match.text));
  if (found.some(({ confidence }) => confidence !== 'possible')) return 'likely';
  return found.length > 0 ? 'possible' : 'none';
}

for (const { detector, make } of secretGenerators) {
  const { assignment, secret } = make(createRng(seed));
  if (assignment === undefined || assignment.value.includes('\n')) continue;
  for (const [name, write] of Object.entries({ ...places, ...nearPlaces })) {
    const text = write(assignment);
    const outcome = outcomeOf(text, secret, assignment.value);
    count(byGroup, `${Object.hasOwn(places, name) ? 'assigned' : 'near'} | ${groupOf(detector)} | ${name}`, outcome);
    count(byGroup, ` ${Object.hasOwn(places, name) ? 'assigned' : 'near'} | ${groupOf(detector)}`, outcome);
    if (Object.hasOwn(places, name)) count(byDetector, detector, outcome);
    if (name === missedPlace && outcome === 'none') console.log(`${detector}: ${JSON.stringify(text)}`);
  }
}

/** Every place would make the run long: these are the ones that say most. */
const usual = ['.env', 'JSON with a snake name', 'python constant', 'provider and role as words', 'log of a request'];
for (const { detector, make } of secretGenerators) {
  const { assignment } = make(createRng(seed));
  if (assignment === undefined || assignment.value.includes('\n')) continue;
  for (const [kind, spoil] of Object.entries(nonSecrets)) {
    for (const place of usual) {
      const text = { ...places, ...nearPlaces }[place]?.({ name: assignment.name, value: spoil(assignment.value) }) ?? '';
      const found = texts.matches(text);
      const outcome = found.some(({ confidence }) => confidence !== 'possible') ? 'likely' : found.length > 0 ? 'possible' : 'none';
      count(byGroup, `no secret | ${groupOf(detector)} | ${kind}`, outcome);
      count(byGroup, ` no secret | ${groupOf(detector)}`, outcome);
      if (kind === missedPlace && outcome !== 'none')
        console.log(`${found.map((match) => `${match.detector} ${match.confidence}`).join()}: ${JSON.stringify(text)}`);
    }
  }
}

const percent = (part: number, { all }: Tally): string => `${((100 * part) / all).toFixed(1)} %`;
for (const [key, tally] of [...byGroup].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${key}: ${percent(tally.likely, tally)} likely, ${percent(tally.likely + tally.possible, tally)} in all, of ${tally.all}`);
const worst = [...byDetector].sort(([, a], [, b]) => a.likely / a.all - b.likely / b.all).slice(0, 60);
console.log(worst.map(([detector, tally]) => `${detector} ${percent(tally.likely, tally)}`).join('; '));
