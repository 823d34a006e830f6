import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import tap from 'tap';
import { Pool } from '../../src/nested/budget.ts';
import { HeldBases } from '../../src/nested/git-held.ts';
import { IdTable } from '../../src/nested/git-ids.ts';
import { TreeNames } from '../../src/nested/git-names.ts';
import type { scanLimits } from '../../src/scan/index.ts';
import { tarOf } from '../layers/tars.ts';
import { zipOf } from './archives.ts';
import { deltaOf, idOf, packOf, type PackedObject, type Step, treeOf } from './git-packs.ts';
import { type Kept, kept } from './kept.ts';

const read = async (pack: Buffer, nested: Partial<typeof scanLimits.nested> = {}, pieceBytes?: number, name = 'p'): Promise<Kept> =>
  kept(await tarOf([{ name, content: pack }]), nested, pieceBytes);

/** What was read of a pack, without the pack itself. */
const inside = ({ files }: Kept): ReadonlyMap<string, string> =>
  new Map([...files].filter(([path]) => path.startsWith('p!/')).map(([path, content]) => [path.slice(3), content.toString('latin1')]));

const base = 'The quick brown fox jumps over the lazy dog. '.repeat(9);
const steps: readonly Step[] = [[4, 30], 'a token in ', [0, 100], Buffer.alloc(300, 'x'), [350, 20]];
const made = `${base.slice(4, 34)}a token in ${base.slice(0, 100)}${'x'.repeat(300)}${base.slice(350, 370)}`;
const delta = deltaOf(base.length, steps);

void tap.test('objects that are whole and deltas of both kinds are read, each by its id, wherever the pack is cut', async (t) => {
  const objects: readonly PackedObject[] = [
    { kind: 'commit', content: 'tree 0\n' },
    { content: base },
    { content: delta, base: 1 },
    { content: delta, base: idOf(base) },
    { content: deltaOf(made.length, [[0, made.length], '!']), base: 2 },
    { kind: 'tag', content: 'object 0\n' },
    { content: '' },
  ];
  const want = [
    [idOf('tree 0\n', 'commit'), 'tree 0\n'],
    [idOf(base), base],
    [idOf(made), made],
    [idOf(`${made}!`), `${made}!`],
    [idOf('object 0\n', 'tag'), 'object 0\n'],
    [idOf(''), ''],
  ];
  for (const version of [2, 3])
    for (const piece of [1 << 20, 1_031, 64]) {
      const all = await read(packOf(objects, { version }), {}, piece);
      t.strictSame([[...inside(all)], all.gaps, all.taken], [want, [], 0]);
    }
});

void tap.test('deltas that stand before their bases are made at the end', async (t) => {
  const last = `${made}!`;
  const all = await read(
    packOf([
      { content: deltaOf(made.length, [[0, made.length], '!']), base: idOf(made) },
      { content: delta, base: idOf(base) },
      { content: deltaOf(last.length, ['?', [0, last.length]]), base: 0 },
      { content: base },
    ]),
  );
  t.strictSame([[...inside(all).values()], all.gaps], [[base, made, last, `?${last}`], []]);
});

void tap.test('a blob is called by what trees call it, where they come first', async (t) => {
  const [env, key] = ['A=1\n', 'not a key\n'];
  const conf = treeOf([{ mode: '100644', name: 'app.env', id: idOf(env) }]);
  const root = treeOf([
    { mode: '40000', name: 'conf', id: idOf(conf, 'tree') },
    { mode: '100755', name: 'id_rsa', id: idOf(key) },
    { mode: '160000', name: 'module', id: idOf('other') },
  ]);
  const all = await read(
    packOf([{ kind: 'tree', content: root }, { kind: 'tree', content: conf }, { content: env }, { content: key }, { content: 'other' }]),
  );
  t.strictSame([...inside(all).keys()].slice(2), [`${idOf(env)}/conf/app.env`, `${idOf(key)}/id_rsa`, idOf('other')]);
});

void tap.test('a pack of a sha256 repository is known by its name, and its ids are of 32 bytes', async (t) => {
  const tree = treeOf([{ mode: '100644', name: 'fox', id: idOf(base, 'blob', 'sha256') }]);
  const pack = packOf(
    [
      { kind: 'tree', content: tree },
      { content: base },
      { content: delta, base: idOf(base, 'blob', 'sha256') },
      { content: 'x', base: 'ff'.repeat(32) },
    ],
    { format: 'sha256' },
  );
  const name = `pack-${pack.subarray(-32).toString('hex')}.pack`;
  const all = await read(pack, {}, undefined, name);
  t.strictSame(
    [...all.files.keys()].slice(0, 3).map((path) => path.slice(name.length)),
    [`!/${idOf(tree, 'tree', 'sha256')}`, `!/${idOf(base, 'blob', 'sha256')}/fox`, `!/${idOf(made, 'blob', 'sha256')}`],
  );
  t.match(all.gaps, [/^corrupt .*!\/delta@\d+$/], 'only what has no base');
  t.ok((await read(pack)).gaps.length > 0, 'and is told where nothing says so');
});

void tap.test('a bundle is references and a pack', async (t) => {
  const pack = packOf([{ content: base }]);
  const lines = `# v2 git bundle\n${idOf(base)} refs/heads/main\n\n`;
  for (const piece of [1 << 20, 7]) {
    const all = await read(Buffer.concat([Buffer.from(lines), pack]), {}, piece);
    t.strictSame([[...inside(all)], all.gaps], [[[idOf(base), base]], []]);
  }
  const long = await read(Buffer.from(`# v2 git bundle\n${'r'.repeat(9_000)}`));
  t.strictSame(long.gaps, ['corrupt p!/']);
  t.strictSame((await read(Buffer.from(lines.slice(0, -1)))).gaps, ['truncated p!/']);
});

void tap.test('archives that were committed are opened, and packs in packs', async (t) => {
  const zip = zipOf([{ name: 'a/b', content: base }]);
  const all = await read(packOf([{ content: zip }, { content: packOf([{ content: base }]) }]));
  const paths = [...inside(all)].filter(([, content]) => content === base).map(([path]) => path);
  t.strictSame([paths.sort(), all.gaps], [[`${idOf(zip)}!/a/b`, `${idOf(packOf([{ content: base }]))}!/${idOf(base)}`].sort(), []]);
});

void tap.test('what cannot be had of a pack is named, and what is there is read all the same', async (t) => {
  const whole = packOf([{ content: base }, { content: 'after' }]);
  const at = (number: number): RegExp => new RegExp(`p!/delta@${number === 1 ? '\\d+' : ''}`);
  const cases: Readonly<Record<string, readonly [pack: Buffer, gaps: readonly RegExp[]]>> = {
    'a thin pack': [packOf([{ content: delta, base: 'ab'.repeat(20) }, { content: 'after' }]), [/^corrupt p!\/delta@12$/]],
    'a chain on a missing base': [
      packOf([{ content: delta, base: 'ab'.repeat(20) }, { content: delta, base: 0 }, { content: 'after' }]),
      [/^corrupt p!\/delta@12$/, /^corrupt p!\/delta@/],
    ],
    'a delta of itself': [packOf([{ content: delta, base: 0, distance: 0 }, { content: 'after' }]), [/^corrupt p!\/delta@12$/]],
    'a base where none begins': [packOf([{ content: base }, { content: delta, base: 0, distance: 3 }, { content: 'after' }]), [at(1)]],
    'a base before the pack': [packOf([{ content: delta, base: 0, distance: 1_000 }, { content: 'after' }]), [/^corrupt p!\/delta@12$/]],
    'a delta for a base of another size': [
      packOf([{ content: base }, { content: deltaOf(7, ['x']), base: 0 }, { content: 'after' }]),
      [at(1)],
    ],
    'a copy from beyond the base': [
      packOf([{ content: base }, { content: deltaOf(base.length, [[400, 100]]), base: 0 }, { content: 'after' }]),
      [at(1)],
    ],
    'more than the delta says': [
      packOf([{ content: base }, { content: deltaOf(base.length, ['xyz'], 2), base: 0 }, { content: 'after' }]),
      [at(1)],
    ],
    'less than the delta says': [
      packOf([{ content: base }, { content: deltaOf(base.length, ['xyz'], 4), base: 0 }, { content: 'after' }]),
      [at(1)],
    ],
    'the reserved instruction': [
      packOf([
        { content: base },
        { content: Buffer.concat([deltaOf(base.length, [], 1), Buffer.from([0])]), base: 0 },
        { content: 'after' },
      ]),
      [at(1)],
    ],
    'a size too small': [packOf([{ content: base, sizeBytes: 3 }, { content: 'after' }]), [/^size-lies p!\/[0-9a-f]{40}$/]],
    'a size too large': [packOf([{ content: base, sizeBytes: 2 ** 24 }, { content: 'after' }]), [/^size-lies p!\/[0-9a-f]{40}$/]],
    'a huge size': [packOf([{ content: base, sizeBytes: 2 ** 40 }, { content: 'after' }]), [/^size-lies p!\/blob@12$/]],
    'a count too small': [packOf([{ content: base }, { content: 'after' }], { count: 1 }), [/^corrupt p!\/$/]],
    'a count too large': [packOf([{ content: base }, { content: 'after' }], { count: 9 }), [/^truncated p!\/$/]],
    'a wrong hash': [Buffer.concat([whole.subarray(0, -1), Buffer.from([(whole.at(-1) ?? 0) ^ 1])]), [/^corrupt p!\/$/]],
    'bytes behind it': [Buffer.concat([whole, Buffer.from('more')]), [/^corrupt p!\/$/]],
  };
  for (const [what, [pack, gaps]] of Object.entries(cases)) {
    const all = await read(pack);
    t.match(all.gaps, gaps, what);
    t.equal(all.gaps.length, gaps.length, what);
    t.ok([...inside(all).values()].includes('after'), `${what}: the rest is read`);
    t.equal(all.taken, 0);
  }
});

void tap.test('what a delta inserts is read, even where its base is missing', async (t) => {
  const all = await read(packOf([{ content: deltaOf(100, [[0, 40], 'inserted text']), base: 'ab'.repeat(20) }]));
  t.match([...inside(all).values()], [/inserted text/]);
});

void tap.test('a cut at every byte is told, and nothing that was whole is lost', async (t) => {
  const pack = packOf([
    { content: base },
    { content: delta, base: 0 },
    { content: 'after', base: idOf('later') },
    { content: 'z'.repeat(50) },
  ]);
  let most = 0;
  for (let length = 13; length < pack.length; length++) {
    const all = await read(pack.subarray(0, length), {}, 100_000);
    t.ok(all.gaps.length > 0, `${length} of ${pack.length}`);
    t.equal(all.taken, 0);
    const whole = [...inside(all).keys()].filter((path) => /^[0-9a-f]{40}$/.test(path)).length;
    t.ok(whole >= most, 'never fewer');
    most = whole;
  }
  t.equal(most, 3);
});

void tap.test('limits of a pack are met at the limit, and named', async (t) => {
  const chain = (length: number): readonly PackedObject[] =>
    Array.from({ length }, (_, at) => (at === 0 ? { content: 'x' } : { content: deltaOf(at, [[0, at], 'x'], at + 1), base: at - 1 }));
  t.strictSame((await read(packOf(chain(5)), { gitChainMax: 4 })).gaps, []);
  t.match((await read(packOf(chain(6)), { gitChainMax: 4 })).gaps, [/^limit-depth p!\/delta@\d+$/]);
  t.match((await read(packOf(chain(8)), { gitChainMax: 4 })).gaps, [/^limit-depth/, /^limit-depth/, /^limit-depth/]);
  t.strictSame((await read(packOf(chain(5)), { entriesMax: 5 })).gaps, []);
  t.strictSame((await read(packOf(chain(5)), { entriesMax: 4 })).gaps, ['limit-entries p!/']);
  const object = packOf([{ content: base }, { content: delta, base: 0 }]);
  t.strictSame((await read(object, { gitObjectBytesMax: made.length })).gaps, []);
  t.match((await read(object, { gitObjectBytesMax: made.length - 1 })).gaps, [/^limit-bytes p!\/delta@/]);
  const long = await read(object, { gitObjectBytesMax: base.length - 1 });
  t.match(long.gaps, [/^limit-bytes p!\/delta@/]);
  t.equal(inside(long).get('blob@12'), base, 'what is too long for a base is read as it comes');
  const lies = await read(packOf([{ content: base, sizeBytes: 3 }, { content: 'after' }]), { gitObjectBytesMax: 100 });
  t.match(lies.gaps, ['limit-bytes p!/blob@12']);
  t.equal(inside(lies).get('blob@12'), base.slice(0, 100));
});

void tap.test('deltas whose base is not there yet wait up to the limit; those beyond are read as they are, and named', async (t) => {
  const last = Array.from({ length: 3 }, (_, at) => ({ content: deltaOf(base.length, [`secret ${at} `, [0, 40]]), base: idOf(base) }));
  const pack = packOf([...last, { content: base }]);
  const all = await read(pack, { gitWaitingMax: 3 });
  t.strictSame([inside(all).size, all.gaps], [4, []]);
  const less = await read(pack, { gitWaitingMax: 2 });
  t.match(less.gaps, [/^limit-entries p!\/delta@\d+$/]);
  t.equal(inside(less).size, 4);
  t.match([...inside(less).values()].join(), /secret 2 /, 'what it inserts is read');
});

void tap.test('objects are found by their ids, whatever their number, and the last of one id', (t) => {
  const ids = Array.from({ length: 5_000 }, (_, at) => Buffer.from(idOf(String(at % 4_000)), 'hex'));
  const table = new IdTable((number) => ids[number] ?? Buffer.alloc(20));
  t.equal(table.get(Buffer.from(idOf('0'), 'hex')), -1);
  for (const number of ids.keys()) table.set(number);
  t.strictSame(
    [0, 999, 1_000, 3_999].map((at) => table.get(ids[at] ?? Buffer.alloc(20))),
    [4_000, 4_999, 1_000, 3_999],
  );
  t.equal(table.get(Buffer.from(idOf('none'), 'hex')), -1);
  t.end();
});

void tap.test('bases are made again from what is held of the pack; what is beyond is named', async (t) => {
  const noise = Array.from({ length: 4 }, () => ({ content: randomBytes(200_000), level: 0 }));
  const pack = packOf([{ content: base }, { content: delta, base: 0 }, ...noise, { content: deltaOf(made.length, [[0, 9]]), base: 1 }]);
  const small = { gitBaseBytesMax: 200_000 };
  const all = await read(pack, { ...small, gitHeldBytesMax: 1 << 20 });
  t.strictSame([all.gaps, inside(all).get(idOf(made.slice(0, 9)))], [[], made.slice(0, 9)]);
  t.match((await read(pack, { ...small, gitHeldBytesMax: 1 << 18 })).gaps, [/^limit-bytes p!\/delta@/]);
  t.strictSame((await read(pack, { gitHeldBytesMax: 1 << 18 })).gaps, [], 'those held unpacked are at hand');
});

void tap.test(
  'a chain of 4,000 deltas is read, in order, in reverse and without anything held unpacked',
  { timeout: 60_000 },
  async (t) => {
    const length = 4_000;
    const text = (at: number): string => 'x'.repeat(at % 100) + String(at);
    const step = (at: number): Buffer => deltaOf(text(at - 1).length, [text(at)]);
    const forward = Array.from({ length }, (_, at) => (at === 0 ? { content: text(0) } : { content: step(at), base: at - 1 }));
    const all = await read(packOf(forward));
    t.strictSame([inside(all).size, all.gaps], [length, []]);
    const reverse = Array.from({ length }, (_, back) => {
      const at = length - 1 - back;
      return at === 0 ? { content: text(0) } : { content: step(at), base: idOf(text(at - 1)) };
    });
    const turned = await read(packOf(reverse));
    t.strictSame([inside(turned).size, turned.gaps, inside(turned).get(idOf(text(3_999)))], [length, [], text(3_999)]);
    const bare = await read(packOf(forward.slice(0, 300)), { gitBaseBytesMax: 0 });
    t.strictSame([inside(bare).size, bare.gaps], [300, []]);
  },
);

void tap.test('a history that swells as histories do is read whole; what swells further is named', async (t) => {
  const first = randomBytes(20_000);
  const version = (at: number): Buffer =>
    deltaOf(first.length, [...Array.from({ length: 5 }, () => [0, first.length] as const), `version ${at}`]);
  const pack = packOf([{ content: first, level: 0 }, ...Array.from({ length: 100 }, (_, at) => ({ content: version(at), base: 0 }))]);
  const all = await read(pack, { ratioFromBytes: 1 << 20 });
  t.ok(all.bytes > 300 * pack.length, 'more than other archives may');
  t.strictSame([inside(all).size, all.gaps], [101, []]);
  t.match((await read(pack, { ratioFromBytes: 1 << 20, gitRatioMax: 300 })).gaps, [/^limit-ratio p!\//, 'limit-ratio p!/']);
});

void tap.test('deltas that swell end within the budget, and so does work that gives nothing', async (t) => {
  const zeros = Buffer.alloc(1 << 20);
  const limits = { ratioFromBytes: 1 << 20, bytesMax: 24 << 20 };
  const whole: readonly Step[] = Array.from({ length: 8 }, () => [0, 1 << 20] as const);
  const swell = packOf([{ content: zeros }, ...Array.from({ length: 200 }, () => ({ content: deltaOf(1 << 20, whole), base: 0 }))]);
  const swollen = await read(swell, limits);
  t.match(swollen.gaps.join(), /limit-(bytes|ratio) p!\//);
  t.ok(swollen.bytes < 40 << 20, `${swollen.bytes} bytes`);
  // Each delta gives one byte, but its base is a chain of fifty that is made anew each time.
  const chain = Array.from({ length: 50 }, (_, at) =>
    at === 0 ? { content: zeros } : { content: deltaOf(1 << 20, [[0, (1 << 20) - 1], String.fromCharCode(at)]), base: at - 1 },
  );
  const one = deltaOf(1 << 20, [[0, 1]]);
  const work = await read(packOf([...chain, ...Array.from({ length: 500 }, () => ({ content: one, base: 49 }))]), {
    bytesMax: 1 << 28,
    ratioFromBytes: 1 << 28,
    gitBaseBytesMax: 1 << 10,
  });
  t.match(work.gaps.join(), /limit-bytes p!\//);
  t.equal(work.taken, 0);
});

void tap.test(
  'whatever a pack is changed into, it is read to an end, all is given back, and damage is told',
  { timeout: 120_000 },
  async (t) => {
    const object = fc.oneof(
      fc.record({ content: fc.string({ maxLength: 300 }), kind: fc.constantFrom('blob', 'tree', 'commit', 'tag') }),
      fc.record({
        content: fc
          .array(fc.oneof(fc.tuple(fc.nat(300), fc.nat(300)), fc.string({ minLength: 1, maxLength: 9 })), { maxLength: 6 })
          .map((given) => deltaOf(base.length, given)),
        base: fc.oneof(fc.nat(5), fc.constantFrom(idOf(base), 'ab'.repeat(20))),
        sizeBytes: fc.option(fc.nat(2 ** 20), { nil: undefined }),
      }),
    ) as fc.Arbitrary<PackedObject>;
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { maxLength: 6 }),
        edits,
        fc.nat(),
        fc.integer({ min: 40, max: 3_000 }),
        async (objects, changes, cut, piece) => {
          const pack = packOf([{ content: base }, ...objects]);
          const bytes = Buffer.from(pack.subarray(0, cut % 3 === 0 ? 20 + (cut % (pack.length - 20)) : pack.length));
          for (const [at, value] of changes) bytes[8 + (at % (bytes.length - 8))] = value;
          const all = await read(bytes, { bytesMax: 1 << 22, ratioFromBytes: 1 << 20 }, piece);
          return all.taken === 0 && all.bytes < 1 << 24 && (bytes.equals(pack) || all.gaps.length > 0);
        },
      ),
      { numRuns: 300, seed: 20261201 },
    );
    t.pass('300 runs');
  },
);

void tap.test('contents of few bytes are held in the room they take, not by the million', (t) => {
  const room = 1 << 20;
  const pool = new Pool(room);
  const held = new HeldBases(pool);
  for (let number = 0; number < 10_000; number++) held.add(number, new Uint8Array(4));
  t.equal(held.get(0), null);
  t.strictSame(held.get(9_999), new Uint8Array(4));
  t.ok(held.get(9_999 - 2_000), 'as many as there is room for');
  held.drop();
  t.ok(pool.take(room), 'all of the room is given back');
  t.end();
});

void tap.test('names of a pack are kept up to ten million characters together', (t) => {
  const names = new TreeNames(20);
  const idAt = (number: number): Buffer => {
    const id = Buffer.alloc(20);
    id.writeUIntBE(number, 0, 6);
    return id;
  };
  const nameAt = (number: number): string => `${number}`.padStart(1_000, 'n');
  const entries = Array.from({ length: 10_001 }, (_, number) => Buffer.concat([Buffer.from(`100644 ${nameAt(number)}\0`), idAt(number)]));
  names.addTree(idAt(1 << 20), Buffer.concat(entries));
  t.equal(names.pathOf(idAt(9_999)), nameAt(9_999));
  t.equal(names.pathOf(idAt(10_000)), '');
  t.end();
});
