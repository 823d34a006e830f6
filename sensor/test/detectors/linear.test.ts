import { createRng } from '@tidewaiter/dev-cloud/samples';
import { checkSync } from 'recheck';
import tap from 'tap';
import { expressionsInSources, noteMade } from './source-expressions.ts';

const made = noteMade();
// Only what is loaded from here on is noted.
const { builtInRules, chooseRules, createEngine, feed, usualRules } = await import('../../src/detectors/index.ts');
const { optInRules } = await import('../../src/detectors/rules/opt-in.ts');
const { isChosenPassword } = await import('../../src/detectors/rules/chosen-password.ts');
const { createPassMemory } = await import('../../src/memory/index.ts');
const { parseChallenge } = await import('../../src/registry/oci/challenge.ts');

/** The slowest takes three seconds. */
const TIMEOUT_MS = 20_000;
/** Of the longest window. */
const LONG = 28 * 1024;

/** What recheck says of an expression: `safe` when its time is linear in the text's length. */
function statusOf(source: string, flags: string): string {
  const said = checkSync(source, flags, { checker: 'automaton', timeout: TIMEOUT_MS });
  return said.status === 'vulnerable' ? said.complexity.summary : said.status;
}

const custom = [
  {
    id: 'own',
    name: 'own',
    confidence: 'likely',
    anchor: { kind: 'prefix', text: 'corp_' },
    pattern: 'corp_[a-z]+',
    window: [128, 1_024],
  },
] as const;

const memory = createPassMemory();
const everyRule = [...usualRules.rules, ...optInRules(builtInRules)];

/** @returns how many matches. */
function scan(text: string, path: string): number {
  let found = 0;
  feed(createEngine({ memory, rules: everyRule, listener: () => found++ }), memory, Buffer.from(text), path);
  return found;
}

await tap.test('the checker tells a linear expression from others', async (t) => {
  t.equal(statusOf('a{1,40}b', ''), 'safe');
  t.match(statusOf('(a+)+$', ''), 'exponential');
  t.match(statusOf('[a-z]*[a-z]*x', ''), 'polynomial');
});

await tap.test('no expression of the sensor takes more than linear time, in rules, checks and readers', async (t) => {
  const { literals, makers } = expressionsInSources();
  const chosen = await chooseRules({ enable: [], disable: [], custom });
  parseChallenge('Bearer realm="https://registry.example/token",service="registry.example"');
  for (const rule of [...everyRule, ...chosen.rules]) for (const text of rule.examples(createRng(1))) scan(text, rule.examplePath ?? '');
  const places = new Set(made.map(({ place }) => place));
  for (const maker of makers) t.ok(places.has(maker), `what ${maker} makes was seen`);
  t.ok(
    chosen.rules.every(({ id, pattern }) => id !== 'own' || pattern.linear !== undefined),
    'what users write runs by re2js',
  );
  const ruled = everyRule.map(({ id, pattern: { source, flags } }) => ({ source, flags, place: id }));
  const checked = new Set<string>();
  for (const { source, flags, place } of [...literals, ...made, ...ruled]) {
    const key = `${flags.replaceAll(/[dgy]/g, '')}/${source}`;
    if (checked.has(key)) continue;
    checked.add(key);
    t.equal(statusOf(source, flags), 'safe', place);
  }
  t.ok(checked.size > 1_300);
});

/** Pieces that expressions repeat, and what ends a repetition in vain. */
const pieces = ['x', 'q', 'aB', '0', '_', 'A', ' ', '=', '\\n', '\n*', 'eyJ', '[', '(', 'a.', 'password', 'a1', '%20', '${'] as const;
const names = [
  'password = "',
  'DB_PASSWORD=',
  'Authorization: Basic ',
  'api_key: ',
  'https://user:',
  '-----BEGIN RSA PRIVATE KEY-----\n',
] as const;

await tap.test('a text made of one piece over and over is scanned in a bounded time', async (t) => {
  const scanned: string[] = [];
  for (const piece of pieces) {
    const before = process.threadCpuUsage();
    for (const name of names) {
      for (const length of [60, 500, LONG]) scan(`${name}${piece.repeat(Math.ceil(length / piece.length))}!"\n`, 'app/.env');
    }
    const { user, system } = process.threadCpuUsage(before);
    t.ok(user + system < 5_000_000, `${JSON.stringify(piece)} takes less than 5 s of processor time`, { user, system });
    scanned.push(piece);
  }
  t.equal(scanned.length, pieces.length);
});

await tap.test('long values in the place of a password are judged at once', async (t) => {
  const before = process.threadCpuUsage();
  t.equal(isChosenPassword('password', `${'x'.repeat(600)}q7`, 'quoted'), true);
  t.equal(isChosenPassword('password', `${'q'.repeat(600)}7`, 'quoted'), true);
  t.equal(isChosenPassword('password', 'x'.repeat(600), 'quoted'), false);
  const { user, system } = process.threadCpuUsage(before);
  t.ok(user + system < 1_000_000);
});
