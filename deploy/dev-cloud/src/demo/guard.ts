import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

const program = new URL('../../src/demo/guard-main.ts', import.meta.url).pathname;
let pipe: Socket | undefined;

/**
 * Has the process ended when this one is gone, in whatever way: a guard in a process of its own reads a pipe that closes then. A guard, since the product's
 * programs have no reason to end with who started them.
 */
export function guard(pid: number): void {
  pipe ??= startGuard();
  pipe.write(`+${pid}\n`);
}

/** The process has ended; its number may be another's now. */
export function unguard(pid: number): void {
  pipe?.write(`-${pid}\n`);
}

function startGuard(): Socket {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  if (!(child.stdin instanceof Socket)) throw new Error('the guard has no pipe');
  child.unref();
  child.stdin.unref();
  // Somebody ended the guard: the demo goes on without.
  child.stdin.on('error', () => undefined);
  return child.stdin;
}
