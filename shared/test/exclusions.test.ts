import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import t from 'tap';
import { exclusionPresets, Exclusions, EXCLUSIONS_MAX, faultOfExpressions } from '../src/exclusions/index.ts';

const { default: preset } = exclusionPresets;
const file = (path: string, confidence: 'certain' | 'likely' = 'likely') => ({ path, inFile: true, confidence });

t.test('the preset default is the list of 63 expressions, byte for byte', async (t) => {
  const text = `${preset.join('\n')}\n`;
  t.equal(preset.length, 63);
  t.equal(createHash('sha256').update(text).digest('hex'), '1f9eb58541381815c9e3991dca0b017a6270ed36cb89f32461bd43a91cc5c464');
  t.equal(readFileSync(new URL('../../docs/excluded-paths.txt', import.meta.url), 'utf8'), text, 'and so has the page');
});

t.test('each expression of the preset means in re2js what it means as a RegExp', async (t) => {
  const both = preset.map((text) => ({ text, linear: RE2JS.compile(text), twin: new RegExp(text) }));
  // A path that each of them matches, cut anywhere and joined with others: most runs hit some, and as many miss by a character.
  const samples = preset.map((text) =>
    text
      .replaceAll(/\(([^|()]*)\|[^()]*\)/g, '$1')
      .replaceAll(/\([^()]*\)\?/g, '')
      .replaceAll(/\[([^^])[^\]]*\]\??/g, '$1')
      .replaceAll(/\[\^.\]\+|(?<!\\)\.[+*]/g, 'q/q')
      .replaceAll('q/q', 'q')
      .replaceAll('\\', ''),
  );
  const piece = fc
    .tuple(fc.constantFrom(...samples), fc.nat(60), fc.nat(60))
    .map(([text, from, cut]) => text.slice(from % 4 ? 0 : from, cut % 3 ? undefined : -cut));
  const paths = fc.array(fc.oneof(piece, piece, fc.string({ maxLength: 3 })), { minLength: 1, maxLength: 4 });
  const matched = new Set<string>();
  fc.assert(
    fc.property(paths, (parts) => {
      const path = `/${parts.join('')}`;
      for (const { text, linear, twin } of both) {
        if (twin.test(path)) matched.add(text);
        if (linear.test(path) !== twin.test(path)) throw new Error(`${text} on ${path}`);
      }
    }),
    { numRuns: 3_000, seed: 5 },
  );
  t.same(
    preset.filter((text) => !matched.has(text)),
    [],
    'each of them matched something',
  );
});

t.test('matches anywhere in "/" and the path, with case, and names every expression that does', async (t) => {
  const exclusions = new Exclusions({ presets: ['default'], expressions: ['^/srv/', 'App'] });
  t.same(exclusions.of(file('app/node_modules/x/.env')), { excludedBy: ['/node_modules/'], hidden: true });
  t.same(exclusions.of(file('node_modules/x')), { excludedBy: ['/node_modules/'], hidden: true }, 'the slash before the path is there');
  t.same(exclusions.of(file('srv/App/.env')), { excludedBy: ['^/srv/', 'App'], hidden: true });
  t.same(exclusions.of(file('opt/app/.env')), { excludedBy: [], hidden: false });
  t.same(exclusions.of({ ...file('srv/App/.env'), inFile: false }), { excludedBy: [], hidden: false }, 'what is in no file has no path');
});

t.test('a certain finding pierces presets and not own expressions', async (t) => {
  const exclusions = new Exclusions({ presets: ['default'], expressions: ['/fixtures/'] });
  t.same(exclusions.of(file('a/node_modules/x', 'certain')), { excludedBy: ['/node_modules/'], hidden: false });
  t.match(exclusions.of(file('a/fixtures/x', 'certain')), { hidden: true });
  const own = new Exclusions({ presets: ['default'], expressions: ['/node_modules/'] });
  t.same(own.of(file('a/node_modules/x', 'certain')), { excludedBy: ['/node_modules/'], hidden: true }, 'said again, it is one’s own');
});

t.test('takes linear time where RegExp takes a square or worse', async (t) => {
  const exclusions = new Exclusions({ presets: ['default'], expressions: ['(a+a+)+b', '(?:x.*){20}y'] });
  const since = performance.now();
  exclusions.of(file('a'.repeat(4_000)));
  exclusions.of(file('python'.repeat(600)));
  exclusions.of(file('x'.repeat(4_000)));
  t.ok(performance.now() - since < 2_000);
});

t.test('names all that is wrong with own expressions at once', async (t) => {
  t.equal(faultOfExpressions(['/ok/', 'a{200}']), null);
  const said = faultOfExpressions(['', '(a', '(?=a)', 'a{201}', 'a{100}b{2,101}', 'x'.repeat(257)]) ?? '';
  for (const words of [/empty/, /missing closing/, /\(\?=/, /sum to 201, /, /longer than 256/]) t.match(said, words);
  t.equal(said.split('; ').length, 6);
  t.equal(faultOfExpressions(Array.from({ length: EXCLUSIONS_MAX }, (_, at) => `p${at}`)), null);
  t.match(faultOfExpressions(Array.from({ length: EXCLUSIONS_MAX + 1 }, (_, at) => `p${at}`)), /101 expressions: at most 100/);
  t.throws(() => new Exclusions({ presets: [], expressions: ['('] }), { code: 'request.invalid' });
});
