import { constants, createDeflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { randomBytes, randomInt } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import tap from 'tap';
import { createPassMemory, INFLATE_UNREAD_BYTES_MAX, INFLATE_WINDOW_BYTES, Inflater, type InflateStop } from '../../src/memory/index.ts';
import { BitWriter, codesOf, completeLengths, type DynamicHeader, Dice, putDynamicHeader } from './deflate-writer.ts';

// Places of the tests' own: input and output, each with a fence on both sides that nobody may write, or read to any effect.
const FENCE = 512;
const INPUT = { at: (1 << 20) + FENCE, bytes: 1 << 16 };
const OUTPUT_AT = INPUT.at + INPUT.bytes + 2 * FENCE;
const OUTPUT_BYTES = 3 << 20;

const memory = createPassMemory();
const inflater = new Inflater(memory, INPUT);

interface Outcome {
  readonly stop: InflateStop;
  readonly bytes: Buffer;
  /** Bytes of the stream that were read. */
  readonly consumed: number;
}

/** How a stream comes in pieces and its output finds room. */
interface Portions {
  readonly piece: () => number;
  readonly room: () => number;
}
const whole: Portions = { piece: () => INPUT.bytes, room: () => OUTPUT_BYTES };
const byByte: Portions = { piece: () => 1, room: () => 1 };
const diced = (dice: Dice): Portions => {
  const most = dice.of([8, 300, 5_000, 70_000]);
  return { piece: () => 1 + dice.below(most), room: () => dice.below(most + 1) };
};

const broken: string[] = [];
const pool = randomBytes(1 << 16);
const someBytes = (length: number): Buffer => pool.subarray(randomInt(pool.length - length)).subarray(0, length);

/** Inflates all of `stream` as far as it goes. What is broken on the way (a fence, a promise of the face) is noted. */
function inflate(stream: Uint8Array, { piece, room }: Portions = whole, one = inflater): Outcome {
  const fences = [
    [INPUT.at - FENCE, FENCE],
    [INPUT.at + INPUT.bytes, FENCE],
    [OUTPUT_AT - FENCE, FENCE],
  ].map(([at = 0, length = 0]) => ({ at, bytes: someBytes(length) }));
  for (const { at, bytes } of fences) memory.bytes.set(bytes, at);
  one.reset();
  let [given, to, stop]: [number, number, InflateStop] = [0, OUTPUT_AT, 'hungry'];
  while (stop === 'full' || (stop === 'hungry' && given < stream.length)) {
    if (stop === 'hungry') given += one.push(stream.subarray(given, given + piece()));
    const end = Math.min(OUTPUT_AT + OUTPUT_BYTES, to + room());
    const behind = someBytes(FENCE);
    memory.bytes.set(behind, end);
    const step = one.run(to, end);
    if (step.produced < 0 || to + step.produced > end || !behind.equals(memory.bytes.subarray(end, end + FENCE))) broken.push('output');
    if (step.stop === 'hungry' && one.unread > INFLATE_UNREAD_BYTES_MAX) broken.push(`${one.unread} bytes unread`);
    if (step.stop === 'full' && to + step.produced < end) broken.push('full with room left');
    [to, stop] = [to + step.produced, step.stop];
  }
  for (const { at, bytes } of fences) if (!bytes.equals(memory.bytes.subarray(at, at + bytes.length))) broken.push(`fence at ${at}`);
  return { stop, bytes: Buffer.from(memory.bytes.subarray(OUTPUT_AT, to)), consumed: given - one.unread };
}

const PARTLY = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: OUTPUT_BYTES };

/** node:zlib on the same bytes. Of a corrupt stream it says nothing but that. */
function twin(stream: Uint8Array): Outcome {
  try {
    // @ts-expect-error: `info` is documented since Node.js 9 and missing in the types.
    const { buffer: bytes, engine }: { buffer: Buffer; engine: { bytesWritten: number } } = inflateRawSync(stream, { info: true });
    return { stop: 'ended', bytes, consumed: engine.bytesWritten };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'Z_BUF_ERROR') return { stop: 'hungry', bytes: inflateRawSync(stream, PARTLY), consumed: stream.length };
    if (error.code !== 'Z_DATA_ERROR') throw error;
    return { stop: 'corrupt', bytes: Buffer.alloc(0), consumed: 0 };
  }
}

/** What is different from node:zlib, or null. A truncated stream may leave its last piece unread. */
function difference(got: Outcome, want: Outcome): string | null {
  if (got.stop !== want.stop) return `${got.stop}, node:zlib ${want.stop}`;
  if (got.stop === 'corrupt') return null;
  if (!got.bytes.equals(want.bytes)) return `${got.bytes.length} bytes that differ from node:zlib's ${want.bytes.length}`;
  return got.stop === 'ended' && got.consumed !== want.consumed ? `${got.consumed} bytes read, node:zlib ${want.consumed}` : null;
}

/** The first differences of many cases: a line each, so that a failure says which seed to run. */
function collect(cases: Iterable<readonly [name: string, stream: Uint8Array, portions?: Portions]>): string[] {
  const faults: string[] = [];
  for (const [name, stream, portions] of cases) {
    const fault = difference(inflate(stream, portions), twin(stream));
    if (fault) faults.push(`${name}: ${fault}`);
    if (faults.length > 5) break;
  }
  return [...faults, ...broken.splice(0)];
}

const words = 'the quick brown fox jumps over the lazy dog and Lorem ipsum dolor sit amet 0123456789 {"key": "value"}\n'.split(' ');

/** Content of every kind: text, noise, runs, patterns of short distance, sparse bytes, and some of each. */
function content(dice: Dice, length: number): Buffer {
  const kinds: readonly (() => Buffer)[] = [
    () => Buffer.from(Array.from({ length: length / 6 + 1 }, () => dice.of(words)).join(' ')),
    () => dice.bytes(length),
    () => Buffer.alloc(length, dice.below(256)),
    () => Buffer.alloc(length, dice.bytes(1 + dice.below(40))),
    () => Buffer.from(Array.from({ length }, () => (dice.isOneIn(9) ? dice.below(256) : 0))),
    () => Buffer.from(Array.from({ length }, () => 97 + Math.floor(Math.log2(1 + dice.below(2 ** 20))))),
    () => Buffer.concat([content(dice, length / 3), content(dice, length / 3), content(dice, length / 3)]),
  ];
  return dice
    .of(length < 30 ? kinds.slice(0, -1) : kinds)()
    .subarray(0, length);
}

const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED } = constants;
const strategies = { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED };

function* everySetting(): Generator<readonly [string, Uint8Array, Portions]> {
  let seed = 0;
  for (const [name, strategy] of Object.entries(strategies)) {
    for (let level = 0; level <= 9; level++) {
      for (let windowBits = 9; windowBits <= 15; windowBits++) {
        const dice = new Dice(++seed);
        const bytes = content(dice, dice.of([0, 1, 400, 6_000, 6_000, 40_000]));
        const stream = deflateRawSync(bytes, { level, strategy, windowBits, memLevel: 1 + dice.below(9) });
        yield [`seed ${seed}, level ${level}, ${name}, window ${windowBits}`, stream, diced(dice)];
      }
    }
  }
}

void tap.test('gives what node:zlib gives for every level, strategy and window, whatever the pieces and the room', async (t) => {
  t.strictSame(collect(everySetting()), []);
});

void tap.test('gives what node:zlib gives for streams that were flushed in every way', async (t) => {
  const { Z_NO_FLUSH, Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK } = constants;
  const streams: (readonly [string, Uint8Array, Portions])[] = [];
  for (let seed = 1; seed <= 60; seed++) {
    const dice = new Dice(seed);
    const deflate = createDeflateRaw({ level: dice.below(10), memLevel: 1 + dice.below(9) });
    const all = buffer(deflate);
    for (let part = 0; part < 12; part++) {
      deflate.write(content(dice, dice.below(3_000)));
      await new Promise<void>((resolve) => {
        deflate.flush(dice.of([Z_NO_FLUSH, Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK]), resolve);
      });
    }
    deflate.end();
    streams.push([`seed ${seed}`, await all, diced(dice)]);
  }
  t.strictSame(collect(streams), []);
});

void tap.test('matches of every distance and length, and the longest of both', async (t) => {
  const cases: (readonly [string, Uint8Array, Portions?])[] = [];
  for (const distance of [...Array.from({ length: 70 }, (_, at) => at + 1), 257, 4_095, 32_506]) {
    const dice = new Dice(distance);
    const pattern = dice.bytes(distance);
    const pieces = [pattern];
    for (let length = 3; length <= 258; length += distance > 70 ? 85 : 1)
      pieces.push(Buffer.alloc(length, pattern), dice.bytes(1 + dice.below(3)), pattern);
    cases.push([`distance ${distance}`, deflateRawSync(Buffer.concat(pieces), { level: 9 })]);
  }
  // No compressor writes the very longest distance: a fixed block of 32,768 literals, then length 258 from 32,768 back, then from one more.
  for (const literals of [INFLATE_WINDOW_BYTES, INFLATE_WINDOW_BYTES - 1]) {
    const writer = new BitWriter().put(1, 1).put(1, 2);
    for (let at = 0; at < literals; at++) writer.putCode(0x30 + (at % 144), 8);
    writer
      .putCode(0xc0 + 285 - 280, 8)
      .putCode(29, 5)
      .put(32_768 - 24_577, 13)
      .putCode(0, 7);
    cases.push(
      [`distance 32768 after ${literals} bytes`, writer.bytes()],
      [`the same by pieces`, writer.bytes(), diced(new Dice(literals))],
    );
  }
  t.strictSame(collect(cases), []);
  t.equal(twin(cases.at(-1)?.[1] ?? Buffer.alloc(0)).stop, 'corrupt', 'the last of them reaches before the beginning');
});

/** Streams of some hundred bytes with each kind of block. */
function smallStreams(): readonly (readonly [string, Buffer])[] {
  const text = Buffer.from(`${words.join(' ')} ${words.toReversed().join(' ')} ${words.join(' ')}`);
  const stored = deflateRawSync(text.subarray(0, 90), { level: 0 });
  return [
    ['dynamic', deflateRawSync(content(new Dice(7), 1_500), { strategy: Z_HUFFMAN_ONLY })],
    ['dynamic with matches', deflateRawSync(Buffer.concat([text, content(new Dice(3), 900)]), { level: 9 })],
    ['fixed', deflateRawSync(text, { strategy: Z_FIXED })],
    ['stored', stored],
    ['a long run', deflateRawSync(Buffer.alloc(5_000, 'ab'))],
    ['nothing', deflateRawSync(Buffer.alloc(0))],
  ];
}

void tap.test('a border of input or output at every offset of a small stream changes nothing', async (t) => {
  for (const [name, stream] of smallStreams()) {
    const want = twin(stream);
    const faults = new Set<string | null>([difference(inflate(stream, byByte), want)]);
    for (let cut = 0; cut <= stream.length; cut++) {
      let pieces = 0;
      faults.add(difference(inflate(stream, { piece: () => (pieces++ === 0 && cut > 0 ? cut : INPUT.bytes), room: whole.room }), want));
    }
    for (let cut = 0; cut <= want.bytes.length; cut++) {
      let rooms = 0;
      faults.add(difference(inflate(stream, { piece: whole.piece, room: () => (rooms++ === 0 ? cut : OUTPUT_BYTES) }), want));
    }
    t.strictSame([...faults, ...broken.splice(0)], [null], name);
  }
});

void tap.test('a stream cut at any byte is never over, and gives what node:zlib gives of it', async (t) => {
  for (const [name, stream] of smallStreams()) {
    for (let length = 0; length < stream.length; length++) {
      const cut = stream.subarray(0, length);
      const [got, want] = [inflate(cut), twin(cut)];
      if (got.stop !== 'hungry' || difference(got, want)) t.fail(`${name} cut at ${length}: ${got.stop}, ${difference(got, want)}`);
    }
  }
  t.strictSame(broken.splice(0), []);
});

void tap.test('what follows a stream is not read', async (t) => {
  const dice = new Dice(11);
  t.strictSame(collect(smallStreams().map(([name, stream]) => [name, Buffer.concat([stream, dice.bytes(500)]), diced(dice)])), []);
  const [, stream] = smallStreams()[1] ?? [];
  if (!stream) throw new Error('there are small streams');
  const got = inflate(Buffer.concat([stream, stream]));
  t.strictSame([got.stop, got.consumed, inflater.unread], ['ended', stream.length, stream.length]);
  t.strictSame(inflater.run(OUTPUT_AT, OUTPUT_AT + 9), { stop: 'ended', produced: 0 }, 'it stays over');
});

/** Bits flipped, bytes replaced, pieces taken out, put in twice or from elsewhere. */
function damaged(dice: Dice, stream: Buffer): Buffer {
  const bytes = Buffer.from(stream);
  const at = dice.below(bytes.length);
  const flip = (place: number): void => void (bytes[place] = (bytes[place] ?? 0) ^ (1 << dice.below(8)));
  switch (dice.below(5)) {
    case 0:
      flip(at);
      return bytes;
    case 1:
      for (let times = 0; times < 4; times++) flip(dice.below(bytes.length));
      return bytes;
    case 2:
      bytes.set(dice.bytes(Math.min(4, bytes.length - at)), at);
      return bytes;
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + dice.below(9)))]);
    default:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(dice.below(at + 1))]);
  }
}

function* damagedStreams(): Generator<readonly [string, Uint8Array, Portions]> {
  for (let seed = 1; seed <= 2_000; seed++) {
    const dice = new Dice(seed);
    const options = { level: 1 + dice.below(9), strategy: dice.of(Object.values(strategies)) };
    yield [
      `seed ${seed}`,
      damaged(dice, deflateRawSync(content(dice, 20 + dice.below(2_000)), options)),
      dice.isOneIn(2) ? whole : diced(dice),
    ];
  }
}

void tap.test('damaged streams are accepted and refused as by node:zlib, with the same bytes', async (t) => {
  const count = { ended: 0, hungry: 0, corrupt: 0, full: 0 };
  for (const [, stream] of damagedStreams()) count[twin(stream).stop]++;
  t.ok(count.ended > 100 && count.hungry > 100 && count.corrupt > 300, `all three happen: ${JSON.stringify(count)}`);
  t.strictSame(collect(damagedStreams()), []);
});

function* noise(): Generator<readonly [string, Uint8Array, Portions]> {
  for (let seed = 1; seed <= 1_500; seed++) {
    const dice = new Dice(seed);
    const bytes = dice.bytes(1 + dice.below(400));
    // The first block's type by turns; bit 0 says that it is the last.
    bytes[0] = ((bytes[0] ?? 0) & 0xf8) | (seed & 7);
    yield [`seed ${seed}`, bytes, dice.isOneIn(2) ? whole : diced(dice)];
  }
}

void tap.test('noise is refused as by node:zlib', async (t) => {
  t.strictSame(collect(noise()), []);
});

/** Lengths that mostly are a code: complete and deep, one symbol alone, none, or with one length changed. */
function lengthsOf(dice: Dice, symbols: number, needed: number | null, longest: number): number[] {
  const kind = dice.below(10);
  const lengths = completeLengths(dice, symbols, kind < 7 ? 2 + dice.below(Math.min(symbols, 2 ** longest) - 1) : 2, longest);
  if (kind === 7) lengths.fill(0)[dice.below(symbols)] = dice.isOneIn(3) ? 2 : 1;
  if (kind === 8) lengths[dice.below(symbols)] = dice.below(longest + 1);
  if (kind === 9) lengths.fill(0);
  // Most blocks can end.
  const swap = lengths.findIndex((length) => length > 0);
  if (needed !== null && needed < symbols && swap >= 0 && !dice.isOneIn(12) && lengths[needed] === 0)
    [lengths[needed], lengths[swap]] = [lengths[swap] ?? 0, 0];
  return lengths;
}

function* codes(): Generator<readonly [string, Uint8Array, Portions]> {
  for (let seed = 1; seed <= 2_000; seed++) {
    const dice = new Dice(seed);
    const header: DynamicHeader = {
      literals: lengthsOf(dice, dice.isOneIn(40) ? 287 + dice.below(2) : 257 + dice.below(30), 256, 15),
      distances: lengthsOf(dice, dice.isOneIn(40) ? 31 + dice.below(2) : 1 + dice.below(30), null, 15),
      precode: dice.isOneIn(20) ? lengthsOf(dice, 19, null, 7) : completeLengths(dice, 19, 19, 7),
      isLast: dice.isOneIn(2),
    };
    const writer = new BitWriter();
    putDynamicHeader(writer, header);
    // Symbols by chance, behind what the window is filled with in most.
    const before = dice.isOneIn(4) ? Buffer.alloc(0) : Buffer.from([0, 0x20, 0, 0xdf, 0xff, ...dice.bytes(32)]);
    for (let bit = 0; bit < 600; bit++) writer.put(dice.below(2), 1);
    yield [`seed ${seed}`, Buffer.concat([before, writer.bytes()]), dice.isOneIn(2) ? whole : diced(dice)];
  }
}

void tap.test('codes of every shape, whole or wrong, are taken and refused as by node:zlib', async (t) => {
  const count = { ended: 0, hungry: 0, corrupt: 0, full: 0 };
  for (const [, stream] of codes()) count[twin(stream).stop]++;
  t.ok(count.ended > 100 && count.hungry > 100 && count.corrupt > 300, `all three happen: ${JSON.stringify(count)}`);
  t.strictSame(collect(codes()), []);
});

void tap.test('several inflaters share a memory and take turns at every step', async (t) => {
  const other = { at: OUTPUT_AT + (1 << 20), bytes: 1 << 12 };
  const places = [
    { one: new Inflater(memory, INPUT), to: OUTPUT_AT },
    { one: new Inflater(memory, other), to: other.at + other.bytes + FENCE },
  ];
  const bytes = [content(new Dice(1), 50_000), content(new Dice(2), 50_000)];
  const runs = places.map(({ one, to }, at) => {
    one.reset();
    return { one, from: to, to, stream: deflateRawSync(bytes[at] ?? Buffer.alloc(0), { level: 6 }), given: 0, stop: 'hungry' };
  });
  const dice = new Dice(3);
  while (runs.some(({ stop }) => stop === 'hungry' || stop === 'full')) {
    const run = dice.of(runs);
    if (run.stop === 'hungry') run.given += run.one.push(run.stream.subarray(run.given, run.given + 1 + dice.below(200)));
    const step = run.one.run(run.to, run.to + dice.below(900));
    run.stop = step.stop;
    run.to += step.produced;
  }
  for (const [at, { from, to, stop }] of runs.entries())
    t.ok(stop === 'ended' && bytes[at]?.equals(memory.bytes.subarray(from, to)), `stream ${at} ${stop}`);
});

/** Streams that cost a decoder the most for each of their bytes. */
function costly(): Readonly<Record<string, Buffer>> {
  const repeat = (put: (writer: BitWriter) => void, times: number): Buffer => {
    const writer = new BitWriter();
    for (let at = 0; at < times; at++) put(writer);
    return Buffer.alloc(1 << 19, writer.bytes());
  };
  const deep = completeLengths(new Dice(5), 286, 286, 15);
  const wide = completeLengths(new Dice(6), 30, 30, 15);
  const flat = completeLengths(new Dice(6), 19, 19, 5);
  // Eight times, so that it is a whole number of bytes and can follow itself.
  const emptyFixed = (writer: BitWriter): void => void writer.put(0, 1).put(1, 2).putCode(0, 7);
  const emptyDynamic = (writer: BitWriter): void => {
    const literals = Array.from({ length: 257 }, (_, at) => (at === 256 || at === 0 ? 1 : 0));
    putDynamicHeader(writer, {
      literals,
      distances: [0],
      precode: Array.from({ length: 19 }, (_, at) => [2, 2, 0][at] ?? (at === 18 ? 1 : 0)),
      isLast: false,
    });
    writer.putCode(1, 1);
  };
  const deepDynamic = (writer: BitWriter): void => {
    putDynamicHeader(writer, { literals: deep, distances: wide, precode: flat, isLast: false });
    writer.putCode(codesOf(deep)[256] ?? 0, deep[256] ?? 0);
  };
  return {
    'empty fixed blocks': repeat(emptyFixed, 8),
    'empty stored blocks': Buffer.alloc(1 << 19, Buffer.from([0, 0, 0, 0xff, 0xff])),
    'empty dynamic blocks': repeat(emptyDynamic, 8),
    'fixed and dynamic by turns': repeat((writer) => {
      emptyFixed(writer);
      emptyDynamic(writer);
    }, 8),
    'headers of deep codes': repeat(deepDynamic, 8),
  };
}

void tap.test('no stream costs much more time for its bytes than node:zlib takes', async (t) => {
  for (const [name, stream] of Object.entries(costly())) {
    const times = [0, 1].map(() => {
      const start = performance.now();
      const want = twin(stream);
      const middle = performance.now();
      t.equal(difference(inflate(stream), want), null, name);
      return (performance.now() - middle) / (middle - start + 10);
    });
    // Six times at most when measured, for empty fixed blocks: 0.1 s a MiB of them.
    t.ok(Math.min(...times) < 20, `${name}: ${Math.min(...times).toFixed(1)} times node:zlib's time`);
  }
});
