import tap from 'tap';
import { createRng } from '@tidewaiter/dev-cloud/samples';
import { builtInRules, usualRules } from '../../src/detectors/index.ts';
import { optInRules as optInRulesOf } from '../../src/detectors/rules/opt-in.ts';
import { matchesOf } from './feed.ts';

const optInRules = optInRulesOf(builtInRules);

await tap.test('every rule finds its examples and leaves its near misses', async (t) => {
  for (const rule of [...builtInRules, ...optInRules]) {
    for (let seed = 1; seed <= 5; seed++) {
      const rng = createRng(seed);
      const path = rule.examplePath ?? '';
      const detectorsIn = (text: string): string[] =>
        matchesOf(Buffer.from(text), [], rule.optIn ? [...usualRules.rules, rule] : usualRules.rules, path).map(({ detector }) => detector);
      for (const text of rule.examples(rng)) {
        const found = detectorsIn(text);
        t.ok(found.includes(rule.id), `${rule.id} finds its example (seed ${seed})`, { text, found });
      }
      for (const text of rule.nearMisses(rng)) {
        const found = detectorsIn(text);
        t.notOk(found.includes(rule.id), `${rule.id} leaves its near miss (seed ${seed})`, { text, found });
      }
    }
  }
});

await tap.test('a keystore in its binary form is found, and only where a file begins with it', async (t) => {
  const text = (builtInRules.find(({ id }) => id === 'keystore')?.examples(createRng(7)) ?? []).map((line) =>
    line.replace(/^\S+[=:] ?/, ''),
  );
  t.equal(text.length, 2);
  for (const base64 of text.map((line) => line.replace('P12=', '').trim())) {
    const store = Buffer.from(base64, 'base64');
    t.strictSame(
      matchesOf(store).map(({ detector, offset }) => [detector, offset]),
      [['keystore', 0]],
    );
    t.strictSame(matchesOf(Buffer.concat([Buffer.from('x'), store])), []);
  }
});
