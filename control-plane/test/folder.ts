import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A folder that is removed after the programs that were started later have ended; `t.testdir()` is removed before any teardown runs. */
export function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
