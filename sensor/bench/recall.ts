// What is found of secrets in files as developers write them, by place and by detector, at three levels: certain or likely; possible, too;
// with the generic detectors on, too:
//   node --conditions=@tidewaiter/source sensor/bench/recall.ts [--missed PLACE] [SEED]
import {
  authorPlaces,
  chosenPasswords,
  createRng,
  harmless,
  nearPlaces,
  nonSecrets,
  passwordPlaces,
  places,
  secretGenerators,
  silentPlaces,
  strangers,
  strangerValues,
} from '@tidewaiter/dev-cloud/samples';
import { chooseRules, type Match, TextDetector, usualRules } from '../src/detectors/index.ts';
import { createPassMemory } from '../src/memory/index.ts';

const usual = new TextDetector(usualRules.rules, createPassMemory);
const generics = await chooseRules({ enable: ['generic-high-entropy', 'generic-password'], disable: [], custom: [] });
const all = new TextDetector(generics.rules, createPassMemory);
const formless = new Set(usualRules.rules.filter(({ rank = 0 }) => rank === -2).map(({ id }) => id));
const beside = new Set(usualRules.rules.filter(({ anchors }) => anchors.words !== undefined).map(({ id }) => id));
const missedAt = process.argv.indexOf('--missed');
const missedPlace = missedAt < 0 ? undefined : process.argv[missedAt + 1];
const seed = Number(process.argv.filter((argument) => /^\d+$/.test(argument))[0] ?? 7);
/** Each stranger's value is drawn so often anew, for a password so often. */
const DRAWS = 3;

const levels = ['likely', 'possible', 'generic', 'none'] as const;
type Level = (typeof levels)[number];
type Tally = Record<Level, number>;
const byGroup = new Map<string, Tally>();
const byDetector = new Map<string, Tally>();

function count(map: Map<string, Tally>, key: string, level: Level): void {
  const tally = map.get(key) ?? { likely: 0, possible: 0, generic: 0, none: 0 };
  tally[level]++;
  map.set(key, tally);
}

/** The level at which something is found that is meant. */
function levelOf(text: string, isMeant: (match: Match) => boolean): Level {
  const found = usual.matches(text).filter(isMeant);
  if (found.some(({ confidence }) => confidence !== 'possible')) return 'likely';
  if (found.length > 0) return 'possible';
  return all.matches(text).some(isMeant) ? 'generic' : 'none';
}

const isOf =
  (...values: readonly string[]) =>
  (match: Match): boolean =>
    values.some((value) => value.includes(match.text) || match.text.includes(value));

/** Counts one file, and shows it where it was asked for and is not as it should be. */
function note(group: string, place: string, text: string, level: Level, want: 'found' | 'silence'): void {
  count(byGroup, ` ${group}`, level);
  count(byGroup, `${group} | ${place}`, level);
  if (place === missedPlace && (want === 'found') === (level === 'none')) console.log(`${level} ${JSON.stringify(text)}`);
}

const groupOf = (id: string): string => (formless.has(id) ? 'word only' : beside.has(id) ? 'word and form' : 'form of its own');

/** Every place would make the run long: these are the ones that say most. */
const telling = ['.env', 'JSON with a snake name', 'python constant', 'provider and role as words', 'log of a request'];
const everyPlace = { ...places, ...nearPlaces };

for (const { detector, make } of secretGenerators) {
  const { assignment, secret } = make(createRng(seed));
  if (assignment === undefined || assignment.value.includes('\n')) continue;
  const { name, value } = assignment;
  for (const [place, write] of Object.entries(everyPlace)) {
    const text = write(assignment);
    const level = levelOf(text, isOf(secret, value));
    note(`${Object.hasOwn(places, place) ? 'assigned' : 'near'} | ${groupOf(detector)}`, place, text, level, 'found');
    if (Object.hasOwn(places, place)) count(byDetector, detector, level);
  }
  for (const [place, write] of Object.entries(authorPlaces)) {
    const text = write(assignment);
    note(`author | ${groupOf(detector)}`, place, text, levelOf(text, isOf(secret, value)), 'found');
  }
  for (const [place, write] of Object.entries(silentPlaces)) {
    const text = write(assignment);
    note(
      `author's silence | ${groupOf(detector)}`,
      place,
      text,
      levelOf(text, () => true),
      'silence',
    );
  }
  for (const [kind, spoil] of Object.entries(nonSecrets)) {
    for (const place of telling) {
      const text = everyPlace[place]?.({ name, value: spoil(value) }) ?? '';
      note(
        `no secret | ${groupOf(detector)}`,
        kind,
        text,
        levelOf(text, () => true),
        'silence',
      );
    }
  }
}

const rng = createRng(seed);
for (const [kind, make] of Object.entries(strangerValues)) {
  for (const [place, write] of Object.entries(places)) {
    for (let draw = 0; draw < DRAWS; draw++) {
      const value = make(rng);
      const text = write({ name: rng.pick(strangers), value });
      const level = levelOf(text, isOf(value));
      note('strangers by value', kind, text, level, 'found');
      note('strangers by place', place, text, level, 'found');
    }
  }
}
for (const [place, write] of Object.entries(authorPlaces)) {
  for (const make of Object.values(strangerValues)) {
    const value = make(rng);
    const text = write({ name: rng.pick(strangers), value });
    note('author | strangers', place, text, levelOf(text, isOf(value)), 'found');
  }
}
for (const [kind, make] of Object.entries(chosenPasswords)) {
  for (const [place, write] of Object.entries(passwordPlaces)) {
    for (let draw = 0; draw < DRAWS; draw++) {
      const password = make(rng);
      const text = write(password);
      const level = levelOf(text, isOf(password, encodeURIComponent(password)));
      note('passwords by kind', kind, text, level, 'found');
      note('passwords by place', place, text, level, 'found');
    }
  }
}
for (const [kind, make] of Object.entries(harmless)) {
  for (let draw = 0; draw < DRAWS * 4; draw++) {
    const text = make(rng);
    note(
      'no secret | of nobody',
      kind,
      text,
      levelOf(text, () => true),
      'silence',
    );
  }
}

/** Of a tally: what the levels find together, each with those before. */
function shares(tally: Tally): string {
  const files = levels.reduce((sum, level) => sum + tally[level], 0);
  const upTo = (last: number): string =>
    `${((100 * levels.slice(0, last + 1).reduce((sum, level) => sum + tally[level], 0)) / files).toFixed(1)} %`;
  return `${upTo(0)} likely, ${upTo(1)} with possible, ${upTo(2)} with generics, of ${files}`;
}
for (const [key, tally] of [...byGroup].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(`${key}: ${shares(tally)}`);
const likelyShare = ({ likely, possible, generic, none }: Tally): number => likely / (likely + possible + generic + none);
const worst = [...byDetector].sort(([, a], [, b]) => likelyShare(a) - likelyShare(b)).slice(0, 60);
console.log(worst.map(([detector, tally]) => `${detector} ${(100 * likelyShare(tally)).toFixed(1)} %`).join('; '));
