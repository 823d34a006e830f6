import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, opendir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const MILLION = 1_000_000;
/** Files of this machine larger than this are left out, so that a sample mixes many. */
const FILE_BYTES_MAX = 32 * MIB;

/** Layers of a size of interest: name -> the tar that is generated while it is compressed. */
export const samples: Readonly<Record<string, () => AsyncIterable<Buffer>>> = {
  '100m': () => mixedTar(100 * MIB),
  '4g': () => mixedTar(4 * GIB),
  '4g-file': () => oneFile(4 * GIB),
  million: millionFiles,
};

/** Writes an image layout of one gzip layer. Nothing of it is held in memory. */
export async function makeSample(folder: string, tar: AsyncIterable<Buffer>): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const [hash, part] = [createHash('sha256'), join(blobs, 'part')];
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.from(tar), createGzip({ level: 1, chunkSize: 1 << 18 }), hashing, createWriteStream(part));
  const hex = hash.digest('hex');
  const { size } = await stat(part);
  await rename(part, join(blobs, hex));
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${hex}`, size };
  const config = await put(blobs, { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } });
  const manifest = await put(blobs, {
    schemaVersion: 2,
    config: { ...config, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: [layer],
  });
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
}

async function put(blobs: string, value: object): Promise<{ readonly digest: string; readonly size: number }> {
  const bytes = Buffer.from(JSON.stringify(value));
  const hex = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(blobs, hex), bytes);
  return { digest: `sha256:${hex}`, size: bytes.length };
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(name.slice(-100), 0, 100);
  block.write('0000644\u00000000000\u00000000000\u0000', 100);
  // Base-256, as GNU tar writes what is too large for octal.
  block.writeUInt8(0x80, 124);
  block.writeBigUInt64BE(BigInt(size), 128);
  block.write('        0', 148);
  block.write('ustar  \u0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return block;
}

const padding = (size: number): Buffer => Buffer.alloc((512 - (size % 512)) % 512);

/** Real files of this machine, over and over. */
async function* realFiles(): AsyncIterable<{ readonly path: string; readonly content: Buffer }> {
  for (;;) {
    for await (const entry of await opendir('/usr', { recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && (await stat(path)).size <= FILE_BYTES_MAX) yield { path, content: await readFile(path) };
    }
  }
}

async function* mixedTar(bytesMax: number): AsyncIterable<Buffer> {
  let bytes = 0;
  for await (const { path, content } of realFiles()) {
    yield header(`${bytes}${path}`, content.length);
    yield content;
    yield padding(content.length);
    bytes += 512 + content.length;
    if (bytes >= bytesMax) break;
  }
  yield Buffer.alloc(1024);
}

async function* oneFile(size: number): AsyncIterable<Buffer> {
  yield header('one.bin', size);
  let left = size;
  for await (const { content } of realFiles()) {
    yield content.subarray(0, left);
    left -= Math.min(left, content.length);
    if (left === 0) break;
  }
  yield Buffer.alloc(1024);
}

async function* millionFiles(): AsyncIterable<Buffer> {
  for (let at = 0; at < MILLION; at++) {
    const content = Buffer.from(`name=file ${at}\nvalue=${at * at}\n`);
    yield Buffer.concat([header(`folder${at % 1000}/file${at}`, content.length), content, padding(content.length)]);
  }
  yield Buffer.alloc(1024);
}
