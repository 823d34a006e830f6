import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Grant, type Report, ReportSchema } from '@tidewaiter/shared/protocol';
import { Compile } from 'typebox/compile';
import { mayBeFull, spoolName, type SpoolEntry, spoolEntryOf } from './spool-entry.ts';

export type { SpoolEntry } from './spool-entry.ts';

const reportSchema = Compile(ReportSchema);
/** Work is accepted below this share of the room only, so that what runs can still report. */
const ACCEPT_BELOW = 0.5;
/** Kept for outcomes, the smallest and most important of reports, when all else is full. */
const OUTCOME_RESERVE_BYTES = 1 << 20;
/** Files kept aside for a person to look at; beyond it the oldest go, as the log has told of them. */
const SET_ASIDE_MAX = 1_000;
/** How often room is looked for on a disk that others filled. */
const FULL_RETRY_MS = 2_000;

export interface SpoolOptions {
  readonly folder: string;
  readonly bytesMax: number;
  readonly newId: () => string;
  /** Told of what cannot be read or is refused for good; the file is kept aside. */
  readonly onSetAside: (entry: SpoolEntry, why: TidewaiterError) => void;
  /** Told when reports begin to wait for room: spool.full, once until there was room again. */
  readonly onFull: (why: TidewaiterError) => void;
}

/**
 * Reports on disk, from the moment they exist until they are acknowledged: one 0600 file each, in order, replayed after any death of
 * the process. Never drops one for lack of room: `put` waits.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #entries: SpoolEntry[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #arrivals: (() => void)[] = [];
  #bytes = 0;
  #nextSequence = 1;
  #isDiskFull = false;
  #isFullTold = false;
  /** Writes are made one after the other, so that the order of files is the order of calls. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Opens the folder and finds what an earlier process left. @throws config.invalid when it cannot be used. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    try {
      await mkdir(spool.#aside, { recursive: true, mode: 0o700 });
      await spool.#load();
    } catch (cause) {
      const got = cause instanceof Error ? cause.message : 'an unexpected error';
      throw new TidewaiterError('config.invalid', { which: options.folder, got, want: 'a folder this user can use', cause });
    }
    return spool;
  }

  get #aside(): string {
    return join(this.#options.folder, 'set-aside');
  }

  async #load(): Promise<void> {
    for (const name of (await readdir(this.#options.folder)).sort()) {
      if (name.endsWith('.partial')) await rm(this.#path(name), { force: true });
      const found = spoolEntryOf(name, (await stat(this.#path(name)).catch(() => null))?.size ?? 0);
      if (!found) continue;
      // What cannot be read is left for `read` to set aside.
      const report = found.kind === 'outcome' ? await this.#parse(found).catch(() => null) : null;
      this.#entries.push(report?.kind === 'outcome' ? { ...found, grant: report.grant } : found);
      this.#bytes += found.bytes;
      this.#nextSequence = Math.max(this.#nextSequence, found.sequence + 1);
    }
  }

  get count(): number {
    return this.#entries.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The next number a report gets; what is below it and still here is backlog. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** False when new work should not be started: it could not be reported. */
  get hasRoomForWork(): boolean {
    return !this.#isDiskFull && this.#bytes < this.#options.bytesMax * ACCEPT_BELOW;
  }

  /** The oldest report that is not acknowledged. */
  get first(): SpoolEntry | null {
    return this.#entries[0] ?? null;
  }

  /** Grants whose outcome is still here: their leases are held until it is acknowledged. */
  get outcomeGrants(): readonly Grant[] {
    return this.#entries.map(({ grant }) => grant).filter((grant) => grant !== null);
  }

  /** Resolves once there is a report to send, or `signal` aborts. */
  async arrival(signal: AbortSignal): Promise<void> {
    if (this.#entries.length > 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const aborted = (): void => resolve();
    this.#arrivals.push(resolve);
    signal.addEventListener('abort', aborted, { once: true });
    await promise;
    // The signal lives as long as the process: a listener left at each report would too.
    signal.removeEventListener('abort', aborted);
  }

  /**
   * Writes a report; waits for room while there is none.
   * @throws spool.full when `signal` aborts meanwhile; protocol.frame-invalid for a report that nobody would take.
   */
  async put(report: Report, signal: AbortSignal): Promise<SpoolEntry> {
    if (!reportSchema.Check(report)) throw unfit(report);
    const text = JSON.stringify(report);
    const bytes = Buffer.byteLength(text);
    for (;;) {
      const entry = await this.#inTurn(() => this.#tryWrite(report, text, bytes));
      if (entry) return entry;
      this.#tellFull(bytes);
      await this.#room(signal, bytes);
    }
  }

  /** Resolves once none of these is here any more: acknowledged, or set aside for good. @throws cancelled when `signal` aborts meanwhile. */
  async gone(entries: readonly SpoolEntry[], signal: AbortSignal): Promise<void> {
    while (entries.some((entry) => this.#entries.includes(entry))) {
      if (signal.aborted) throw new TidewaiterError('cancelled', { which: 'waiting for reports to be acknowledged' });
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done);
          this.#waiting.delete(done);
          resolve();
        };
        signal.addEventListener('abort', done, { once: true });
        this.#waiting.add(done);
      });
    }
  }

  /** @throws spool.damaged, after the file was set aside; what the disk says when it cannot be read just now. */
  async read(entry: SpoolEntry): Promise<Report> {
    try {
      return await this.#parse(entry);
    } catch (cause) {
      const isPassing = cause instanceof Error && 'code' in cause && cause.code !== 'ENOENT' && !(cause instanceof TidewaiterError);
      if (isPassing) throw cause;
      const damaged = new TidewaiterError('spool.damaged', {
        which: entry.name,
        got: cause instanceof Error ? cause.message : 'an unexpected error',
        want: 'a report',
        remedy: `It was set aside in ${this.#aside}; the image is scanned again by its next assignment. Look at the disk.`,
        cause,
      });
      await this.setAside(entry, damaged);
      throw damaged;
    }
  }

  /** The report was acknowledged. */
  async remove(entry: SpoolEntry): Promise<void> {
    await rm(this.#path(entry.name), { force: true });
    this.#forget(entry);
  }

  /** Takes a report out of the way that will never be accepted, and keeps its file. */
  async setAside(entry: SpoolEntry, why: TidewaiterError): Promise<void> {
    await rename(this.#path(entry.name), join(this.#aside, entry.name)).catch(() => undefined);
    this.#forget(entry);
    this.#options.onSetAside(entry, why);
    for (const name of (await readdir(this.#aside)).sort().slice(0, -SET_ASIDE_MAX)) await rm(join(this.#aside, name), { force: true });
  }

  #forget(entry: SpoolEntry): void {
    const index = this.#entries.indexOf(entry);
    if (index < 0) return;
    this.#entries.splice(index, 1);
    this.#bytes -= entry.bytes;
    this.#wake();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #tryWrite(report: Report, text: string, bytes: number): Promise<SpoolEntry | null> {
    const { kind } = report;
    const most = this.#options.bytesMax + (kind === 'outcome' ? OUTCOME_RESERVE_BYTES : 0);
    if (this.#bytes + bytes > most) return null;
    const sequence = this.#nextSequence;
    const reportId = this.#options.newId();
    const name = spoolName(sequence, kind, reportId);
    if (!(await this.#write(name, text))) return null;
    const entry: SpoolEntry = { name, sequence, kind, reportId, bytes, grant: report.kind === 'outcome' ? report.grant : null };
    this.#nextSequence++;
    // An outcome fits in its reserve: it says nothing of the others' room.
    if (kind !== 'outcome') this.#isFullTold = false;
    this.#entries.push(entry);
    this.#bytes += bytes;
    for (const arrived of this.#arrivals.splice(0)) arrived();
    return entry;
  }

  /** False when the disk is full. Written under another name first: a file that has its own is whole. */
  async #write(name: string, text: string): Promise<boolean> {
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
      this.#isDiskFull = false;
      return true;
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      if (!mayBeFull(error)) throw error;
      this.#isDiskFull = true;
      return false;
    }
  }

  async #parse(entry: SpoolEntry): Promise<Report> {
    const value: unknown = JSON.parse(await readFile(this.#path(entry.name), 'utf8'));
    if (reportSchema.Check(value)) return value;
    throw unfit(value);
  }

  #room(signal: AbortSignal, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: TidewaiterError): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        this.#waiting.delete(woken);
        if (error) reject(error);
        else resolve();
      };
      const aborted = (): void => done(this.#full(bytes));
      const woken = (): void => done();
      const timer = setTimeout(woken, FULL_RETRY_MS);
      if (signal.aborted) return aborted();
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.add(woken);
    });
  }

  #tellFull(bytes: number): void {
    if (this.#isFullTold) return;
    this.#isFullTold = true;
    this.#options.onFull(this.#full(bytes));
  }

  #full(bytes: number): TidewaiterError {
    return new TidewaiterError('spool.full', {
      which: this.#options.folder,
      got: this.#isDiskFull ? 'a full disk' : `${this.#bytes} + ${bytes} bytes`,
      want: this.#isDiskFull ? 'room on the disk' : `at most ${this.#options.bytesMax}`,
      remedy: 'Make room, or raise TIDEWAITER_SPOOL_MIB_MAX; it empties by itself once the control plane answers.',
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #path(name: string): string {
    return join(this.#options.folder, name);
  }
}

function unfit(value: unknown): TidewaiterError {
  const [error] = reportSchema.Errors(value);
  const got = error ? `${error.instancePath || '/'} ${error.message}` : 'another shape';
  return new TidewaiterError('protocol.frame-invalid', { which: 'report', got, want: 'a report of the protocol' });
}
