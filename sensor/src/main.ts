import { randomBytes } from 'node:crypto';
import { availableParallelism, tmpdir } from 'node:os';
import { runProgram } from './commands/index.ts';
import { processEnv } from './config/index.ts';

const interrupted = new AbortController();
// The first Ctrl-C ends the scan in order, the second one at once.
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: processEnv(),
  workFolder: tmpdir(),
  cores: availableParallelism(),
  signal: interrupted.signal,
  now: () => performance.now(),
  wallClock: () => Date.now(),
  randomBytes: (length) => randomBytes(length),
  exit: (code) => {
    process.exitCode = code;
  },
});
