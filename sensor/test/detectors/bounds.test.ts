import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import tap from 'tap';
import { AFTER_MAX, BEFORE_MAX, compileRules } from '../../src/detectors/compile.ts';
import { OVERLAPS_MAX } from '../../src/detectors/crowds.ts';
import { usualRules, createEngine, type Rule } from '../../src/detectors/index.ts';
import { literals } from '../../src/detectors/literals.ts';
import { CHAIN_MAX, Resolver } from '../../src/detectors/resolve.ts';
import { BLOCK_AT, createPassMemory, LITERALS_MAX, PREFIX_BYTES_MAX, SETTLE_BYTES } from '../../src/memory/index.ts';
import { matchesOf } from './feed.ts';

const rng = createRng(5);

const plainRule: Rule = {
  id: 'plain',
  name: 'plain',
  anchors: { prefixes: ['zz_'] },
  pattern: /zz_[a-z]{20}/,
  confidence: 'likely',
  examples: () => [],
  nearMisses: () => [],
};
const plainMatch = {
  detector: 'plain',
  confidence: 'likely',
  canonical: Buffer.alloc(0),
  text: '',
  preview: '',
  length: 100,
  line: 1,
  column: 1,
} as const;

/** A PEM whose body is a DER SEQUENCE of `length` bytes of content, as a key of that size has. */
function pemOf(length: number): string {
  const der = Buffer.concat([Buffer.from([0x30, 0x82, length >> 8, length & 0xff]), rng.bytes(length)]);
  return `-----BEGIN RSA PRIVATE KEY-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END RSA PRIVATE KEY-----\n`;
}

const found = (text: string): string[] => matchesOf(Buffer.from(text)).map(({ detector, confidence }) => `${detector} ${confidence}`);

await tap.test('reads a 16,384-bit key whole, bare and in JSON; what is longer than a window is only possible', async (t) => {
  const key = pemOf(9_300);
  t.strictSame(found(key), ['private-key certain']);
  t.strictSame(found(JSON.stringify({ key })), ['private-key certain']);
  t.strictSame(found(`${Buffer.from(pemOf(5_000)).toString('base64')}\n`), ['private-key certain'], 'base64 of an 8,192-bit key');
  t.strictSame(found(pemOf(25_000)), ['private-key possible'], 'longer than AFTER_MAX');
});

await tap.test('finds a token of one run of RUN_MIN characters and none shorter', async (t) => {
  const rule: Rule = {
    id: 'short',
    name: 'A short token',
    anchors: { prefixes: ['zz_'] },
    pattern: /zz_[0-9a-z]{12,13}(?![0-9a-z])/,
    confidence: 'likely',
    examples: () => [],
    nearMisses: () => [],
  };
  const of = (text: string): number => matchesOf(Buffer.from(text), [], [rule]).length;
  t.equal(of('key=zz_3k9x7b2m4q8wp;'), 1, '16 characters');
  t.equal(of('key=zz_3k9x7b2m4q8w;'), 0, '15 characters: pass 1 does not see them');
});

await tap.test('refuses a rule that the engine could not keep its word for', async (t) => {
  const [rule] = usualRules.rules;
  if (rule === undefined) throw new Error('no rules');
  const withAnchors =
    (anchors: Rule['anchors']): (() => unknown) =>
    () =>
      compileRules([{ ...rule, anchors }]);
  t.throws(withAnchors({}), /has no anchor/);
  t.throws(withAnchors({ prefixes: ['ab'] }), /must have 3 to 28 bytes/);
  t.throws(withAnchors({ prefixes: ['a'.repeat(PREFIX_BYTES_MAX + 1)] }), /must have 3 to 28 bytes/);
  t.doesNotThrow(withAnchors({ prefixes: ['a'.repeat(PREFIX_BYTES_MAX)] }));
  t.doesNotThrow(() => compileRules([{ ...rule, around: [BEFORE_MAX, AFTER_MAX] }]));
  t.throws(() => compileRules([{ ...rule, around: [BEFORE_MAX, AFTER_MAX + 1] }]), /looks further than 2048 and 28672 bytes/);
});

await tap.test('literals fit the tables of pass 1', async (t) => {
  const all = Object.values(literals);
  t.ok(all.length <= LITERALS_MAX);
  for (const { text, at, bucket } of all)
    t.ok(text.length <= 28 && text.length < SETTLE_BYTES && at + 3 <= text.length && bucket < 8, text);
  t.equal(Object.keys(literals)[0], 'url', 'pass 1 knows the first one');
});

await tap.test('reports each of thousands of secrets once, most of them before the file ends', async (t) => {
  const memory = createPassMemory();
  let count = 0;
  const engine = createEngine({ memory, rules: usualRules.rules, listener: () => count++ });
  const make = secretGenerators.find(({ detector }) => detector === 'github-pat')?.make;
  const line = Buffer.from(`${make?.(rng).secret}\n`);
  const block = Buffer.concat(Array.from({ length: 6_000 }, () => line));
  memory.bytes.set(block, BLOCK_AT);
  engine.begin({ path: 'many' });
  engine.push(BLOCK_AT, block.length);
  t.ok(count > 5_900, `${count} before the end: they are not held`);
  engine.end();
  t.equal(count, 6_000);
});

await tap.test(
  'of a rule whose matches stand in each other OVERLAPS_MAX are looked at in each, and as many are reported as fit',
  async (t) => {
    let checked = 0;
    const rule: Rule = {
      id: 'nested',
      name: 'A token of everything',
      anchors: { prefixes: ['zz_'] },
      pattern: /zz_[0-9a-z_-]{17,500}/,
      confidence: 'likely',
      check: () => {
        checked++;
        return {};
      },
      examples: () => [],
      nearMisses: () => [],
    };
    const one = 'zz_3k9x7b2m4q8wpt5v-';
    const of = (times: number): number => matchesOf(Buffer.from(`${one.repeat(times)}\n`), [], [rule]).length;
    t.equal(of(OVERLAPS_MAX), 1);
    t.equal(checked, OVERLAPS_MAX);
    checked = 0;
    t.equal(of(1_000), Math.ceil(20_000 / 520), 'each of 503 characters, from one beginning to the next');
    t.ok(checked <= Math.ceil(20_000 / 520) * OVERLAPS_MAX, `${checked} of 1,000 places were looked at`);
  },
);

await tap.test('matches that overlap in a chain through a whole file are settled in time that grows with it', (t) => {
  const count = 100_000;
  const told: number[] = [];
  const resolver = new Resolver(({ match }) => told.push(match.offset));
  const [rule] = compileRules(usualRules.rules).prefixes[0]?.rules ?? [];
  if (rule === undefined) throw new Error('no rule has a prefix');
  const match = {
    detector: 'd',
    confidence: 'likely',
    canonical: Buffer.alloc(0),
    text: '',
    preview: '',
    length: 100,
    line: 1,
    column: 1,
  } as const;
  const at = performance.now();
  for (let place = 0; place < count; place++) resolver.add({ rule, match: { ...match, offset: place * 90 } });
  resolver.finish();
  t.ok(performance.now() - at < 3_000, 'each against all took eighteen seconds');
  t.strictSame(
    told,
    Array.from({ length: count / 2 }, (_, place) => place * 180),
    'every second one',
  );
  t.end();
});

await tap.test('a chain is weighed as one up to CHAIN_MAX matches, is parted there, and the file is cut where it may', (t) => {
  const [low] = compileRules([{ ...plainRule, rank: 0 }]).prefixes[0]?.rules ?? [];
  const [high] = compileRules([{ ...plainRule, rank: 1 }]).prefixes[0]?.rules ?? [];
  if (low === undefined || high === undefined) throw new Error('no rule has a prefix');
  const told = (count: number, settleEvery: number): readonly number[] => {
    const offsets: number[] = [];
    const resolver = new Resolver(({ match }) => offsets.push(match.offset));
    for (let place = 0; place < count; place++) {
      // The last one is stronger than what it overlaps.
      resolver.add({ rule: place === count - 1 ? high : low, match: { ...plainMatch, offset: place * 90 } });
      if (place % settleEvery === 0) resolver.settle(place * 90);
    }
    resolver.finish();
    return offsets.sort((a, b) => a - b);
  };
  const whole = told(CHAIN_MAX, 1e9);
  t.equal(whole.at(-1), (CHAIN_MAX - 1) * 90, 'the strongest of the chain stands');
  const parted = told(CHAIN_MAX + 1, 1e9);
  t.equal(parted.at(-1), CHAIN_MAX * 90, 'what no hit before the border covers stands as well');
  const far = told(3 * CHAIN_MAX, 1e9);
  for (const every of [7, 600, 5_000]) t.strictSame(told(3 * CHAIN_MAX, every), far, `settled at every ${every}th`);
  t.ok(
    far.every((offset, at) => at === 0 || offset >= (far[at - 1] ?? 0) + plainMatch.length),
    'no two that stand overlap',
  );
  t.end();
});

await tap.test('nothing of a file is kept by the engine, or by the last expression, when the file is over', (t) => {
  const token = createRng(3).chars('abcdefghijkmnpqrstuvwxyz23456789', 40);
  matchesOf(Buffer.from(`api_key = "${token}"\n`));
  t.equal(Reflect.get(RegExp, 'input'), '');
  t.end();
});
