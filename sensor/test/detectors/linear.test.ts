import { checkSync } from 'recheck';
import tap from 'tap';
import { builtInRules } from '../../src/detectors/index.ts';

/** The slowest takes a fifth of a second. */
const TIMEOUT_MS = 20_000;

/** What recheck says of an expression: `safe` when its time is linear in the text's length. */
function statusOf(source: string, flags: string): string {
  const said = checkSync(source, flags, { checker: 'automaton', timeout: TIMEOUT_MS });
  return said.status === 'vulnerable' ? said.complexity.summary : said.status;
}

await tap.test('the checker tells a linear expression from others', async (t) => {
  t.equal(statusOf('a{1,40}b', ''), 'safe');
  t.match(statusOf('(a+)+$', ''), 'exponential');
  t.match(statusOf('[a-z]*[a-z]*x', ''), 'polynomial');
});

await tap.test('no rule has an expression whose time is more than linear', async (t) => {
  const checked = new Set<string>();
  for (const { id, pattern, follows, requires, anchors } of builtInRules) {
    for (const expression of [pattern, follows, typeof requires === 'object' ? requires : undefined, anchors.files]) {
      if (expression === undefined || checked.has(`${expression.flags}/${expression.source}`)) continue;
      checked.add(`${expression.flags}/${expression.source}`);
      t.equal(statusOf(expression.source, expression.flags), 'safe', id);
    }
  }
  t.ok(checked.size > 500);
});
