import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A disk of so many MiB, mounted at a folder until the test is over; needs root. */
export class SmallDisk {
  readonly #ballast: string;

  constructor(t: Test, folder: string, mib: number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=0700`, 'tmpfs', folder]);
    t.teardown(() => execFileSync('umount', ['--lazy', folder]));
    this.#ballast = join(folder, 'of-another-program');
  }

  /** Another program takes all the room there is. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    for (const bytes of [65_536, 4_096]) while (writes(file, bytes));
    closeSync(file);
  }

  /** And gives it back. */
  free(): void {
    rmSync(this.#ballast);
  }
}

function writes(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes, 1)) === bytes;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
