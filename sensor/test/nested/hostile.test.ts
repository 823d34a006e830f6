import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import tap from 'tap';
import type { Gap } from '@tidewaiter/shared/findings';
import type { Entry } from '../../src/layers/index.ts';
import { createPassMemory } from '../../src/memory/index.ts';
import type { NestedSink, OuterFile } from '../../src/nested/index.ts';
import type { scanLimits } from '../../src/scan/index.ts';
import { tarOf } from '../layers/tars.ts';
import { arOf, cpioOf, zipOf } from './archives.ts';
import { readInto } from './kept.ts';
import { bzip2Of, xzOf } from './packers.ts';

/** Counts what arrives, and whether every lane and every file is given back. */
class Counter implements NestedSink {
  readonly gaps: Gap[] = [];
  readonly paths: string[] = [];
  bytes = 0;
  /** Lanes and entered files that are not given back. */
  taken = 0;

  begin(entry: Entry): void {
    if (entry.type === 'file') this.paths.push(entry.path);
  }

  push(_at: number, length: number): void {
    this.bytes += length;
  }

  beside(): void {}

  end(gap: Gap | null): void {
    if (gap) this.gaps.push(gap);
  }

  enter(): OuterFile {
    this.taken++;
    return {
      takeLane: () => {
        this.taken++;
        return { memory: createPassMemory(), sink: this };
      },
      giveBack: () => this.taken--,
      gap: (gap) => this.gaps.push(gap),
      stay: () => this.taken++,
      leave: () => this.taken--,
    };
  }
}

async function read(layer: Buffer, nested: Partial<typeof scanLimits.nested> = {}, pieceBytes = 1 << 20): Promise<Counter> {
  const counter = new Counter();
  await readInto(counter, layer, nested, pieceBytes);
  return counter;
}

const inTar = async (content: Buffer): Promise<Buffer> => tarOf([{ name: 'f', content }]);
const reasons = ({ gaps }: Counter): readonly string[] => [...new Set(gaps.map(({ reason }) => reason))];
const text = 'the quick brown fox jumps over the lazy dog. '.repeat(20);

void tap.test('bombs end within their budget, and say so', async (t) => {
  const zeros = Buffer.alloc(64 << 20);
  const limits = { ratioFromBytes: 1 << 20, bytesMax: 8 << 20 };
  const bombs: Readonly<Record<string, Buffer>> = {
    gzip: gzipSync(zeros),
    zstd: zstdCompressSync(zeros),
    zip: zipOf([{ name: 'z', content: zeros }]),
    'zips in a zip': zipOf(
      Array.from({ length: 10 }, (_, at) => ({ name: `${at}`, content: zipOf([{ name: 'z', content: zeros.subarray(0, 4 << 20) }]) })),
    ),
    'gzip in gzip': gzipSync(gzipSync(zeros)),
  };
  for (const [what, bomb] of Object.entries(bombs)) {
    const counter = await read(await inTar(bomb), limits);
    t.match(reasons(counter), [/^limit-/], what);
    t.ok(counter.bytes < 12 << 20, `${what}: ${counter.bytes} bytes`);
    t.equal(counter.taken, 0);
  }
});

void tap.test('entries that overlap gain nothing: each byte is read once', async (t) => {
  // A directory that names one entry a thousand times (D. Fifield, A better zip bomb, 2019).
  const one = zipOf([{ name: 'z', content: Buffer.alloc(1 << 20) }]);
  const at = one.indexOf('PK\x01\x02');
  const entry = one.subarray(at, one.length - 22);
  const counter = await read(
    await inTar(Buffer.concat([one.subarray(0, at), ...Array.from({ length: 1_000 }, () => entry), one.subarray(-22)])),
  );
  t.strictSame([reasons(counter), counter.paths], [[], ['f', 'f!/z']]);
});

void tap.test('an archive that contains itself ends at the depth of the limit', async (t) => {
  let inner = zipOf([{ name: 'q', content: 'q' }]);
  for (let depth = 0; depth < 40; depth++) inner = zipOf([{ name: 'q', content: inner }]);
  t.strictSame(reasons(await read(await inTar(inner))), ['limit-depth']);
});

void tap.test('whatever an archive is cut to or changed into, it is read to an end and all is given back', async (t) => {
  const zip = zipOf([
    { name: 'a', content: text },
    { name: 'b', content: text, flags: 8 },
    { name: 'c', content: text, method: 0 },
  ]);
  const archives = [
    zip,
    gzipSync(text),
    gzipSync(await inTar(zip)),
    xzOf(text),
    bzip2Of('abcdefgh'.repeat(20)),
    zstdCompressSync(text),
    arOf([{ name: 'data.tar.xz', content: xzOf(await inTar(Buffer.from(text))) }]),
    cpioOf([{ name: 'a', content: text }]),
    Buffer.concat([Buffer.from('#!/bin/sh\n'), zip]),
    Buffer.concat([zip.subarray(0, 60), deflateRawSync(text), zip]),
  ];
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...archives),
      fc.nat(),
      edits,
      fc.integer({ min: 200, max: 5_000 }),
      async (archive, cut, changes, piece) => {
        const bytes = Buffer.from(archive.subarray(0, archive.length - (cut % 3 === 0 ? cut % archive.length : 0)));
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const counter = await read(await inTar(bytes), { bytesMax: 1 << 22, ratioFromBytes: 1 << 20 }, piece);
        return counter.taken === 0 && counter.bytes < 1 << 24;
      },
    ),
    { numRuns: 400, seed: 20261124 },
  );
  t.pass('400 runs');
});

void tap.test('a cut at every byte of an archive is told', async (t) => {
  // Less than `from` is known as nothing. What fills up the last header of a cpio is no content.
  const cpio = cpioOf([{ name: 'a', content: 'abc' }]);
  const archives = [zipOf([{ name: 'a', content: 'abc' }]), gzipSync('abc'), xzOf('abc'), zstdCompressSync('abc'), bzip2Of('abc')].map(
    (archive) => ({ archive, from: 12 }),
  );
  for (const { archive, from } of [...archives, { archive: cpio.subarray(0, -3), from: 110 }]) {
    for (let length = from; length < archive.length; length++) {
      const counter = await read(await inTar(archive.subarray(0, length)));
      t.ok(counter.gaps.length > 0, `${length} of ${archive.length}`);
      t.equal(counter.taken, 0);
    }
  }
});
