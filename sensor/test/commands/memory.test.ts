import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import tap from 'tap';
import { END, rawHeader } from '../layers/tars.ts';

const MIB = 2 ** 20;
/** Ten times as much to read must not take more memory than one garbage collection sooner or later makes. */
const GROWTH_MIB_MAX = 24;
const main = new URL('../../src/main.ts', import.meta.url).pathname;
const usage = new URL('../../bench/usage.mjs', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-memory-'));
tap.teardown(() => rmSync(folder, { recursive: true, force: true }));

/** 8 MiB of text and of what looks like a program, compressed once: a layer holds it over and over, each a gzip member of its own. */
const words =
  randomBytes(4096)
    .toString('base64')
    .match(/.{1,7}/g) ?? [];
const text = Array.from({ length: MIB / 2 }, (_, at) => words[(at * 7919) % words.length])
  .join(' ')
  .slice(0, 4 * MIB);
const piece = Buffer.concat([Buffer.from(text.padEnd(4 * MIB)), randomBytes(4 * MIB)]);
const member = gzipSync(piece, { level: 1 });

/** A layer of as many files, each of as many pieces. */
const layerOf = (files: number, pieces: number): readonly Buffer[] => [
  ...Array.from({ length: files }, (_, at) => [
    gzipSync(rawHeader({ name: `data/${at}`, size: pieces * piece.length })),
    ...Array.from({ length: pieces }, () => member),
  ]).flat(),
  gzipSync(END),
];

function writeImage(name: string, layer: readonly Buffer[]): string {
  const blobs = join(folder, name, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: Buffer): { readonly digest: string; readonly size: number } => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const image = 'application/vnd.oci.image';
  const config = put(Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } })));
  const manifest = put(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        config: { ...config, mediaType: `${image}.config.v1+json` },
        layers: [{ ...put(Buffer.concat(layer)), mediaType: `${image}.layer.v1.tar+gzip` }],
      }),
    ),
  );
  const entry = { ...manifest, mediaType: `${image}.manifest.v1+json` };
  writeFileSync(join(folder, name, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  return join(folder, name);
}

/** The most memory that the real program held, in MiB, and how many bytes of files it read. */
async function scan(layout: string): Promise<{ readonly peakMib: number; readonly bytes: number }> {
  const file = `${layout}.usage`;
  const report = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      ['--conditions=@tidewaiter/source', '--import', usage, main, 'scan', `oci:${layout}`, '--format', 'json'],
      { env: { ...process.env, BENCH_USAGE_FILE: file }, maxBuffer: 64 * MIB },
      (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr))),
    );
  });
  const { coverage } = JSON.parse(report);
  return { peakMib: JSON.parse(readFileSync(file, 'utf8')).rssMiB, bytes: coverage.bytesScanned };
}

await tap.test('memory does not follow the size of a layer, nor of a file', async (t) => {
  const small = await scan(writeImage('small', layerOf(8, 1)));
  t.equal(small.bytes, 64 * MIB);
  for (const [name, files, pieces] of [
    ['many files', 80, 1],
    ['one file', 1, 80],
  ] as const) {
    const large = await scan(writeImage(name.replace(' ', '-'), layerOf(files, pieces)));
    t.equal(large.bytes, 640 * MIB, `${name}: all of it was read`);
    t.ok(large.peakMib < small.peakMib + GROWTH_MIB_MAX, `${name}: ${large.peakMib} MiB, where a tenth took ${small.peakMib}`);
  }
});
