import { spawnSync } from 'node:child_process';

/** Runs a peer; what it prints. A peer that is missing or fails, fails the test. */
export function run(
  program: string,
  words: readonly string[],
  { input, cwd }: { readonly input?: Uint8Array; readonly cwd?: string } = {},
): Buffer {
  const { status, stdout, stderr, error } = spawnSync(program, words, { input, cwd, maxBuffer: 1 << 30 });
  if (error) throw new Error(`${program}: ${error.message}; install it with apt-get`);
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}: ${stderr.toString()}`);
  return stdout;
}
