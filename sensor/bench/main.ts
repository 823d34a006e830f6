// npm run bench                       the one-shot scan of a Debian image with planted secrets, which debootstrap and umoci make first,
//                                     against Node's gunzip + sha256 of the same layers
// npm run bench -- oci:DIR[:TAG]      the same over an image layout of your own
// npm run bench -- --make 100m|4g|4g-file|million      the same over a layer generated into a temporary folder
//   --runs N (default 3)    each is run N times, by turns; the median CPU time counts, and of the ratios the median
// npm run bench:scan -- oci:DIR[:TAG] the same (--keep), kept under bench/ by date, and other scanners that are on PATH (peers.ts) in the same run
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { debianBase, plantDebian } from '@tidewaiter/dev-cloud/peers';
import { layersOf } from './layout.ts';
import { measurePeers } from './peers.ts';
import { makeSample, samples } from './samples.ts';

interface Usage {
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  readonly wallSeconds: number;
}

const here = (name: string): string => new URL(name, import.meta.url).pathname;
const SENSOR = here('../bin/tidewaiter-sensor.js');

/** Clean, findings, incomplete: the scan came to its end. */
const FINISHED = [0, 1, 3];

async function measure(
  words: readonly string[],
  folder: string,
  codes: readonly number[] = [0],
): Promise<{ readonly usage: Usage; readonly stdout: string }> {
  const file = join(folder, 'usage.json');
  const start = performance.now();
  const stdout = await new Promise<string>((resolve, reject) => {
    const env = { ...process.env, BENCH_USAGE_FILE: file };
    execFile(process.execPath, ['--import', here('usage.mjs'), ...words], { env, maxBuffer: 1 << 28 }, (error, out, err) => {
      if (!codes.includes(error ? Number(error.code) : 0)) reject(new Error(`${words.join(' ')} failed: ${err}`));
      else resolve(out);
    });
  });
  const wallSeconds = (performance.now() - start) / 1000;
  const used: Omit<Usage, 'wallSeconds'> = JSON.parse(await readFile(file, 'utf8'));
  return { usage: { ...used, wallSeconds }, stdout };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const rounded = (value: number): number => Math.round(value * 100) / 100;
const summary = (runs: readonly Usage[]): Usage => ({
  cpuSeconds: rounded(median(runs.map((run) => run.cpuSeconds))),
  wallSeconds: rounded(median(runs.map((run) => run.wallSeconds))),
  rssMiB: Math.round(Math.max(...runs.map((run) => run.rssMiB))),
});

async function bench(layout: string, folder: string, runs: number, withPeers: boolean): Promise<object> {
  const [scans, floors]: [Usage[], Usage[]] = [[], []];
  const layers = await layersOf(layout);
  let [report, bytes] = ['{}', '{}'];
  for (let run = 0; run < runs; run++) {
    const floor = await measure([here('floor.mjs'), JSON.stringify(layers)], folder);
    const scan = await measure([SENSOR, 'scan', `oci:${layout}`, '--format', 'json'], folder, FINISHED);
    scans.push(scan.usage);
    floors.push(floor.usage);
    [report, bytes] = [scan.stdout, floor.stdout];
  }
  const { verdict, coverage, findings } = JSON.parse(report);
  const [scan, floor] = [summary(scans), summary(floors)];
  const stages = await measure(['--conditions=@tidewaiter/source', here('stages.ts'), JSON.stringify(layers)], folder);
  const { contentBytes }: { readonly contentBytes: number } = JSON.parse(bytes);
  const others = withPeers ? await measurePeers(layers, folder) : null;
  const ratios = scans.map(({ cpuSeconds }, run) => cpuSeconds / (floors[run]?.cpuSeconds ?? Number.NaN));
  return {
    scan,
    floor,
    contentMegabytesPerCpuSecond: Math.round(contentBytes / 1e6 / scan.cpuSeconds),
    ratio: rounded(median(ratios)),
    ratios: ratios.map(rounded),
    blobBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...JSON.parse(bytes),
    result: { verdict, complete: coverage.complete, files: coverage.filesScanned, findings: findings.length },
    ...JSON.parse(stages.stdout),
    ...(others && {
      extractCpuSeconds: others.extractCpuSeconds,
      peers: others.peers.map((peer) => ({ ...peer, ratio: rounded(peer.cpuSeconds / floor.cpuSeconds) })),
    }),
  };
}

const { values, positionals } = parseArgs({
  options: { make: { type: 'string' }, runs: { type: 'string', default: '3' }, keep: { type: 'boolean', default: false } },
  allowPositionals: true,
});

/** The layout to be read, in `folder` unless it is the user's own. */
async function layoutOf(own: string | undefined, make: string | undefined, folder: string): Promise<string> {
  if (own !== undefined) return own.replace(/^oci:/, '');
  const made = join(folder, 'layout');
  if (make === undefined) {
    console.error('making a Debian image (debootstrap, umoci, as root), which takes a minute or two');
    const { layout, tags } = await plantDebian(await debianBase(join(folder, 'base')), made, 1);
    return `${layout}:${tags.index}`;
  }
  const sample = samples[make];
  if (!sample) throw new Error(`--make takes ${Object.keys(samples).join(', ')}`);
  await makeSample(made, sample());
  return made;
}

const machine = (): object => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});

/** Under bench/, by date; another one of the same day has a number. Neither the image's name nor this machine's is in it. */
async function keep(result: string): Promise<void> {
  const results = here('../../bench');
  await mkdir(results, { recursive: true });
  const day = new Date().toISOString().slice(0, 10);
  for (let number = 1; ; number++) {
    const name = join(results, `scan-${day}${number === 1 ? '' : `-${number}`}.json`);
    const isNew = await writeFile(name, `${result}\n`, { flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        return false;
      },
    );
    if (isNew) return;
  }
}

const folder = await mkdtemp(join(tmpdir(), 'tidewaiter-bench-'));
try {
  const layout = await layoutOf(positionals[0], values.make, folder);
  const result = JSON.stringify(
    { date: new Date().toISOString().slice(0, 10), ...machine(), ...(await bench(layout, folder, Number(values.runs), values.keep)) },
    null,
    2,
  );
  console.log(result);
  if (values.keep) await keep(result);
} finally {
  await rm(folder, { recursive: true, force: true });
}
