// The floor of the bench: node floor.mjs LAYERS, a JSON list of BenchLayer. Node's own gunzip (256 KiB chunks) and sha256 over each.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';

const CHUNK_BYTES = 1 << 18;
const decoders = { gzip: () => createGunzip({ chunkSize: CHUNK_BYTES }), zstd: () => createZstdDecompress({ chunkSize: CHUNK_BYTES }) };

async function decode({ path, compression }) {
  const hash = createHash('sha256');
  let bytes = 0;
  const input = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  input.on('data', (chunk) => hash.update(chunk));
  const count = async (chunks) => {
    for await (const chunk of chunks) bytes += chunk.length;
  };
  if (compression === 'none') await pipeline(input, count);
  else await pipeline(input, decoders[compression](), count).catch(passSecondFrame);
  hash.digest();
  return bytes;
}

/** Node 24 fails, or stops, at the second frame of a zstd layer: what lies behind it is not counted, which only lowers the floor. */
function passSecondFrame(error) {
  if (error.code !== 'ZSTD_error_prefix_unknown') throw error;
}

let contentBytes = 0;
for (const layer of JSON.parse(process.argv[2])) contentBytes += await decode(layer);
console.log(JSON.stringify({ contentBytes }));
