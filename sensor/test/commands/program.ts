import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runProgram } from '../../src/commands/index.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;

type Environment = Readonly<Record<string, string>>;

export interface Scanned {
  readonly code: number;
  readonly report: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real program in a process of its own, with this environment and nothing else. */
export async function scanned(words: readonly string[], env: Environment): Promise<Scanned> {
  const all = ['--conditions=@tidewaiter/source', main, 'scan', ...words, '--format', 'json'];
  const child = spawn(process.execPath, all, { env: { PATH: process.env['PATH'], ...env } });
  const output = Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  const [code]: unknown[] = await once(child, 'close');
  const [stdout = '', stderr = ''] = (await output).map((chunks) => Buffer.concat(chunks).toString());
  return { code: Number(code), report: JSON.parse(stdout || '{}'), stdout, stderr };
}

/** The same in this process, which is quicker; the AWS SDK reads the process's own environment. */
export async function scannedHere(words: readonly string[], env: Environment): Promise<Scanned> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const before = { ...process.env };
  let code = 0;
  process.env = { PATH: before['PATH'], ...env };
  try {
    await runProgram(['scan', ...words, '--format', 'json'], {
      stdin: Readable.from([]),
      stdout: out,
      stderr: err,
      env,
      workFolder: '',
      cores: 1,
      signal: new AbortController().signal,
      now: () => performance.now(),
      wallClock: () => Date.now(),
      randomBytes,
      exit: (value) => (code = value),
    });
  } finally {
    process.env = before;
  }
  const [stdout, stderr] = await Promise.all([text(out.end()), text(err.end())]);
  return { code, report: JSON.parse(stdout || '{}'), stdout, stderr };
}
