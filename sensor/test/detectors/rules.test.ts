import tap from 'tap';
import { createRng } from '@tidewaiter/dev-cloud/samples';
import { builtInRules, TextDetector } from '../../src/detectors/index.ts';
import { createPassMemory } from '../../src/memory/index.ts';

const texts = new TextDetector(builtInRules, createPassMemory);

await tap.test('every rule finds its examples and leaves its near misses', async (t) => {
  for (const rule of builtInRules) {
    for (let seed = 1; seed <= 5; seed++) {
      const rng = createRng(seed);
      for (const text of rule.examples(rng)) {
        const found = texts.matches(text).map(({ detector }) => detector);
        t.ok(found.includes(rule.id), `${rule.id} finds its example (seed ${seed})`, { text, found });
      }
      for (const text of rule.nearMisses(rng)) {
        const found = texts.matches(text).map(({ detector }) => detector);
        t.notOk(found.includes(rule.id), `${rule.id} leaves its near miss (seed ${seed})`, { text, found });
      }
    }
  }
});
