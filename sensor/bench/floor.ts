// The floor of the bench: node floor.ts DIR. Node's own gunzip (256 KiB chunks) and sha256 over every distinct layer of an image layout.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { layersOf } from './layout.ts';

const CHUNK_BYTES = 1 << 18;
const decoders = { gzip: () => createGunzip({ chunkSize: CHUNK_BYTES }), zstd: () => createZstdDecompress({ chunkSize: CHUNK_BYTES }) };

async function decode(path: string, compression: 'gzip' | 'zstd' | 'none'): Promise<number> {
  const hash = createHash('sha256');
  let bytes = 0;
  const input = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  input.on('data', (chunk) => hash.update(chunk));
  const count = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) bytes += chunk.length;
  };
  if (compression === 'none') await pipeline(input, count);
  else await pipeline(input, decoders[compression](), count).catch(passSecondFrame);
  hash.digest();
  return bytes;
}

/** Node 24 fails, or stops, at the second frame of a zstd layer: what lies behind it is not counted, which only lowers the floor. */
function passSecondFrame(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ZSTD_error_prefix_unknown') throw error;
}

let [blobBytes, contentBytes] = [0, 0];
for (const layer of await layersOf(process.argv[2] ?? '')) {
  blobBytes += layer.sizeBytes;
  contentBytes += await decode(layer.path, layer.compression);
}
console.log(JSON.stringify({ blobBytes, contentBytes }));
