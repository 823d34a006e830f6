import * as fs from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@tidewaiter/shared/config';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { PAYLOAD_SCHEMA, type Report, ReportSchema } from '@tidewaiter/shared/protocol';
import { Compile } from 'typebox/compile';
import { type SpoolEntry, spoolEntryOf } from './spool-entry.ts';

const reportSchema = Compile(ReportSchema);
/** Files kept aside for a person to look at; beyond it the oldest go, as the log has told of them. */
const SET_ASIDE_MAX = 1_000;

/** The folder of a spool: one 0600 file a report, whole or not there at all. */
export class SpoolFiles {
  readonly #folder: string;
  readonly #aside: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#aside = join(folder, 'set-aside');
  }

  /** Makes the folder and lists what an earlier process left, oldest first; what was half written is removed. */
  async open(): Promise<readonly SpoolEntry[]> {
    makeFolder(fs, this.#aside, 0o700);
    const entries: SpoolEntry[] = [];
    for (const name of (await readdir(this.#folder)).sort()) {
      if (name.endsWith('.partial')) await rm(this.#path(name), { force: true });
      const found = spoolEntryOf(name, (await stat(this.#path(name)).catch(() => null))?.size ?? 0);
      if (found) entries.push(await this.#withGrant(found));
    }
    return entries;
  }

  /** False when the disk is full. Written under another name first: a file that has its own is whole. */
  async write(name: string, text: string): Promise<boolean> {
    const partial = this.#path(`${name}.partial`);
    try {
      const handle = await open(partial, 'wx', 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(partial, this.#path(name));
      return true;
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      if (!mayBeFull(error)) throw error;
      return false;
    }
  }

  /** Whether a file of this size can be written; false too for what the disk refuses for another reason. */
  async hasRoom(bytes: number): Promise<boolean> {
    const name = 'room';
    const isWritten = await this.write(name, ' '.repeat(bytes)).catch(() => false);
    await rm(this.#path(name), { force: true }).catch(() => undefined);
    return isWritten;
  }

  /** @throws spool.damaged for what will never be read; what the disk says when it cannot be read just now. */
  async read(entry: SpoolEntry): Promise<Report> {
    try {
      return checkedReport(JSON.parse(await readFile(this.#path(entry.name), 'utf8')));
    } catch (cause) {
      const isPassing = cause instanceof Error && 'code' in cause && cause.code !== 'ENOENT' && !(cause instanceof TidewaiterError);
      if (isPassing) throw cause;
      throw new TidewaiterError('spool.damaged', {
        which: entry.name,
        got: cause instanceof Error ? cause.message : 'an unexpected error',
        want: 'a report',
        remedy: `It was set aside in ${this.#aside}; the image is scanned again by its next assignment. Look at the disk.`,
        cause,
      });
    }
  }

  async remove({ name }: SpoolEntry): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  /** Out of the way, for a person to look at. */
  async setAside({ name }: SpoolEntry): Promise<void> {
    await rename(this.#path(name), join(this.#aside, name)).catch(() => undefined);
  }

  async pruneAside(): Promise<void> {
    for (const name of (await readdir(this.#aside)).sort().slice(0, -SET_ASIDE_MAX)) await rm(join(this.#aside, name), { force: true });
  }

  /** What cannot be read is left for `read` to tell of; what is of another schema, for a build that speaks it. */
  async #withGrant(entry: SpoolEntry): Promise<SpoolEntry> {
    if (entry.kind !== 'outcome' || entry.schema !== PAYLOAD_SCHEMA) return entry;
    const report = await this.read(entry).catch(() => null);
    return report?.kind === 'outcome' ? { ...entry, grant: report.grant } : entry;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

/** @throws protocol.frame-invalid for what no control plane would take. */
export function checkedReport(value: unknown): Report {
  if (reportSchema.Check(value)) return value;
  const [error] = reportSchema.Errors(value);
  const got = error ? `${error.instancePath || '/'} ${error.message}` : 'another shape';
  throw new TidewaiterError('protocol.frame-invalid', { which: 'report', got, want: 'a report of the protocol' });
}

/** No room: on the disk, in the user's quota, or under the process's limit of a file's size. */
function mayBeFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(error.code));
}
