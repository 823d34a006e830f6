import { createRng, formats, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import tap from 'tap';
import { TextDetector, usualRules } from '../../src/detectors/index.ts';
import { createPassMemory } from '../../src/memory/index.ts';
import { matchesOf } from './feed.ts';

const texts = new TextDetector(usualRules.rules, createPassMemory);

const SEEDS = [11, 12, 13];

await tap.test('every detector that is on unless switched off has a generator, and every generator a detector', async (t) => {
  const detectors = new Set(secretGenerators.map(({ detector }) => detector));
  t.strictSame([...detectors].sort(), usualRules.rules.map(({ id }) => id).sort());
});

await tap.test('every generated secret is found once, by its detector, in its own file and in every format', async (t) => {
  for (const { detector, make } of secretGenerators) {
    for (const seed of SEEDS) {
      const { text, secret, assignment, path } = make(createRng(seed));
      const own = matchesOf(Buffer.from(text), [], usualRules.rules, path);
      t.strictSame(
        own.map((match) => [match.detector, match.text]),
        [[detector, secret]],
        `${detector} in its file (seed ${seed})`,
      );
      for (const [name, format] of Object.entries(formats)) {
        if (assignment === undefined) break;
        const found = texts.matches(format(assignment));
        t.strictSame(
          found.map((match) => match.detector),
          [detector],
          `${detector} in ${name} (seed ${seed})`,
        );
      }
    }
  }
});

await tap.test('a secret has the same canonical form in every format', async (t) => {
  for (const { detector, make } of secretGenerators) {
    const { assignment } = make(createRng(21));
    if (assignment === undefined) continue;
    const forms = Object.values(formats).map((format) =>
      Buffer.from(texts.matches(format(assignment))[0]?.canonical ?? []).toString('hex'),
    );
    t.equal(new Set(forms).size, 1, detector);
  }
});

await tap.test('a preview shows at most 8 public characters and the length', async (t) => {
  for (const { detector, make } of secretGenerators) {
    const { text, path } = make(createRng(31));
    for (const { preview, text: secret } of matchesOf(Buffer.from(text), [], usualRules.rules, path)) {
      const [shown = '', length] = preview.split('…');
      t.ok(shown.length <= 8 && secret.startsWith(shown) && length === `(${secret.length})`, `${detector}: ${preview}`);
    }
  }
});

await tap.test('redaction leaves the rest of a text as it is', async (t) => {
  for (const { detector, make } of secretGenerators) {
    const { text, secret, byPath } = make(createRng(43));
    if (byPath) continue;
    const redacted = texts.redact(`ünï ${text} end`);
    t.notOk(redacted.includes(secret), detector);
    t.ok(redacted.startsWith('ünï ') && redacted.endsWith(' end'), `${detector}: around it`);
    t.equal(texts.redact(redacted), redacted, `${detector}: nothing is left to redact`);
  }
});

await tap.test('a text longer than a block is scanned whole', async (t) => {
  const make = secretGenerators.find(({ detector }) => detector === 'github-pat')?.make;
  const secret = make?.(createRng(51)).secret ?? '';
  const text = `${' '.repeat(262_130)}${secret} ${' '.repeat(262_144)}${secret}`;
  t.strictSame(
    texts.matches(text).map(({ offset }) => offset),
    [262_130, 524_315],
  );
});

await tap.test('every generated secret is found in base64, in UTF-16 and inside a binary', async (t) => {
  for (const { detector, make } of secretGenerators) {
    const rng = createRng(61);
    const { text, byPath } = make(rng);
    if (byPath) continue;
    const noise = (): Buffer => Buffer.concat([rng.bytes(200), Buffer.from([0])]);
    const forms = {
      base64: Buffer.from(`data: ${Buffer.from(`# settings of the service\n${text}`).toString('base64')}\n`),
      utf16: Buffer.from(text, 'utf16le'),
      binary: Buffer.concat([noise(), Buffer.from(text), noise()]),
    };
    for (const [name, file] of Object.entries(forms)) {
      t.strictSame(
        matchesOf(file).map((match) => match.detector),
        [detector],
        `${detector} in ${name}`,
      );
    }
  }
});
