// Other scanners that are on PATH, in the run in which ours is measured. They want folders: the layers are extracted first, whose CPU time is
// told apart. Their flags are those of their manuals, live checks and update checks off.
import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { BenchLayer } from './layout.ts';

interface Peer {
  readonly name: string;
  /** @param report the file that findings go to, or else they go to standard output. */
  readonly words: (folder: string, report: string) => readonly string[];
  readonly count: (report: string, stdout: string) => number;
  readonly version: readonly string[];
}

export interface PeerResult {
  readonly name: string;
  readonly version: string;
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  readonly findings: number;
}

const gitleaksLike = (name: string): Peer => ({
  name,
  words: (folder, report) => ['dir', folder, '--no-banner', '--exit-code', '0', '--report-format', 'json', '--report-path', report],
  count: (report) => listLength(JSON.parse(report)),
  version: ['version'],
});

const peers: readonly Peer[] = [
  gitleaksLike('gitleaks'),
  gitleaksLike('betterleaks'),
  {
    name: 'trufflehog',
    words: (folder) => ['filesystem', folder, '--no-verification', '--no-update', '--json'],
    count: (_report, stdout) => stdout.split('\n').filter((line) => line.includes('"DetectorName"')).length,
    version: ['--version'],
  },
  {
    name: 'kingfisher',
    words: (folder, report) => ['scan', folder, '--no-validate', '--no-update-check', '--format', 'json', '--output', report],
    count: (report) => listLength(JSON.parse(report).findings),
    version: ['--version'],
  },
];

const listLength = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
const isOnPath = (name: string): boolean => (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

/** Each peer that is installed, once; and what it cost to extract the layers for them. Nothing when there is none. */
export async function measurePeers(
  layers: readonly BenchLayer[],
  folder: string,
): Promise<{ readonly extractCpuSeconds: number; readonly peers: readonly PeerResult[] } | null> {
  const installed = peers.filter(({ name }) => isOnPath(name));
  if (installed.length === 0) return null;
  const files = join(folder, 'extracted');
  const before = ownCpuSeconds() + childrenCpuSeconds();
  for (const [number, layer] of layers.entries()) await extract(layer, join(files, String(number)));
  const extractCpuSeconds = rounded(ownCpuSeconds() + childrenCpuSeconds() - before);
  const results: PeerResult[] = [];
  for (const peer of installed) results.push(await measurePeer(peer, files, join(folder, `${peer.name}.json`)));
  return { extractCpuSeconds, peers: results };
}

async function extract({ path, compression }: BenchLayer, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tar = spawn('tar', ['-x', '--no-same-owner', '--no-same-permissions', '--exclude=dev/*', '--exclude=./dev/*', '-C', folder], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = ending(tar);
  const input = createReadStream(path);
  if (compression === 'none') await pipeline(input, tar.stdin);
  else await pipeline(input, compression === 'gzip' ? createGunzip() : createZstdDecompress(), tar.stdin).catch(passCut);
  tar.stdin.end();
  await ended;
}

/** Node 24 stops at a zstd layer's second frame, as in floor.mjs, and tar at the end of what it reads. */
function passCut(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ZSTD_error_prefix_unknown' && error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
}

async function measurePeer({ name, words, count, version }: Peer, folder: string, report: string): Promise<PeerResult> {
  const said = await run(name, version);
  const before = childrenCpuSeconds();
  const { stdout, rssMiB } = await run(name, words(folder, report));
  const cpuSeconds = rounded(childrenCpuSeconds() - before);
  const written = existsSync(report) ? await readFile(report, 'utf8') : '[]';
  return { name, version: said.stdout.trim(), cpuSeconds, rssMiB, findings: count(written, stdout) };
}

async function run(name: string, words: readonly string[]): Promise<{ readonly stdout: string; readonly rssMiB: number }> {
  const child = spawn(name, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  let [stdout, peakKib] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const look = setInterval(() => (peakKib = Math.max(peakKib, peakKibOf(child.pid))), 20);
  await ending(child).finally(() => clearInterval(look));
  return { stdout, rssMiB: Math.round(peakKib / 1024) };
}

/** Whatever its exit code: a scanner's tells what it found. */
const ending = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.on('error', reject).on('close', () => resolve());
  });

function peakKibOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

const ownCpuSeconds = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;

/** Of the children that have ended: cutime and cstime of proc_pid_stat(5), in hundredths. */
function childrenCpuSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
