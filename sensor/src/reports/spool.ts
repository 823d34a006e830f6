import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import { type Grant, PAYLOAD_SCHEMA, type Report, unspokenSchema } from '@tidewaiter/shared/protocol';
import { type SpoolEntry, spoolName } from './spool-entry.ts';
import { checkedReport, SpoolFiles } from './spool-files.ts';
import { Waiting } from './waiting.ts';

export type { SpoolEntry } from './spool-entry.ts';

/** Work is accepted below this share of the room only, so that what runs can still report. */
const ACCEPT_BELOW = 0.5;
/** Kept for outcomes, the smallest and most important of reports, when all else is full. */
const OUTCOME_RESERVE_BYTES = 1 << 20;
/** How often room is looked for on a disk that others filled. */
const FULL_RETRY_MS = 2_000;

/** Where reports are kept, how many bytes of them, and who is told what becomes of them. */
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
 * the process. Never drops one for lack of room: `put` waits. A report is sent in the schema it was written in: one that this build or the
 * control plane of the moment does not speak stays here and is passed over.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #files: SpoolFiles;
  readonly #entries: SpoolEntry[] = [];
  /** For room, or for reports to be gone. */
  readonly #departures = new Waiting();
  readonly #arrivals = new Waiting();
  /** Schemas that the control plane of this session does not speak. */
  readonly #held = new Set<number>();
  #bytes = 0;
  #nextSequence = 1;
  #isDiskFull = false;
  #isFullTold = false;
  #isLooking = false;
  /** Writes are made one after the other, so that the order of files is the order of calls. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: SpoolOptions) {
    this.#options = options;
    this.#files = new SpoolFiles(options.folder);
  }

  /** Opens the folder and finds what an earlier process left. @throws config.invalid when it cannot be used. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    try {
      for (const entry of await spool.#files.open()) spool.#add(entry);
    } catch (cause) {
      const got = cause instanceof Error ? cause.message : 'an unexpected error';
      throw new TidewaiterError('config.invalid', { which: options.folder, got, want: 'a folder this user can use', cause });
    }
    return spool;
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

  /** The oldest report that can be sent and is not acknowledged. */
  get first(): SpoolEntry | null {
    return this.#entries.find((entry) => this.#isSpoken(entry)) ?? null;
  }

  /** Reports that stay here until a build or a control plane comes that speaks their schema. */
  get unspoken(): readonly SpoolEntry[] {
    return this.#entries.filter((entry) => !this.#isSpoken(entry));
  }

  /** The control plane of this session does not speak `schema`: its reports are passed over. */
  hold(schema: number): void {
    this.#held.add(schema);
    this.#departures.wake();
  }

  /** Another session: what was held is tried again. */
  releaseHeld(): void {
    this.#held.clear();
    this.#arrivals.wake();
  }

  /** Grants whose outcome waits to be acknowledged: their leases are held until it is. One that cannot be sent holds none: others do the work. */
  get outcomeGrants(): readonly Grant[] {
    return this.#entries.flatMap((entry) => (entry.grant !== null && this.#isSpoken(entry) ? [entry.grant] : []));
  }

  /** Resolves once there is a report that can be sent, or `signal` aborts. */
  async arrival(signal: AbortSignal): Promise<void> {
    if (this.first === null) await this.#arrivals.next(signal);
  }

  /**
   * Writes a report; waits for room while there is none.
   * @throws spool.full when `signal` aborts meanwhile; protocol.frame-invalid for a report that nobody would take.
   */
  async put(report: Report, signal: AbortSignal): Promise<SpoolEntry> {
    const text = JSON.stringify(checkedReport(report));
    const bytes = Buffer.byteLength(text);
    for (;;) {
      const entry = await this.#inTurn(() => this.#tryWrite(report, text, bytes));
      if (entry) return entry;
      this.#tellFull(bytes);
      await this.#departures.next(signal, FULL_RETRY_MS);
      if (!signal.aborted) continue;
      void this.#lookForRoom(bytes);
      throw this.#full(bytes);
    }
  }

  /**
   * Resolves once none of these is here any more: acknowledged, or set aside for good.
   * @throws cancelled when `signal` aborts meanwhile; protocol.schema-unsupported when they cannot be sent in this session.
   */
  async gone(entries: readonly SpoolEntry[], signal: AbortSignal): Promise<void> {
    while (entries.some((entry) => this.#entries.includes(entry))) {
      if (signal.aborted) throw new TidewaiterError('cancelled', { which: 'waiting for reports to be acknowledged' });
      const unspoken = entries.find((entry) => this.#entries.includes(entry) && !this.#isSpoken(entry));
      if (unspoken) throw unspokenSchema(`report ${unspoken.name}`, unspoken.schema);
      await this.#departures.next(signal);
    }
  }

  /** @throws spool.damaged, after the file was set aside; what the disk says when it cannot be read just now. */
  async read(entry: SpoolEntry): Promise<Report> {
    try {
      return await this.#files.read(entry);
    } catch (error) {
      if (hasCode(error, 'spool.damaged')) await this.setAside(entry, error);
      throw error;
    }
  }

  /** The report was acknowledged. */
  async remove(entry: SpoolEntry): Promise<void> {
    await this.#files.remove(entry);
    this.#forget(entry);
  }

  /** Takes a report out of the way that will never be accepted, and keeps its file. */
  async setAside(entry: SpoolEntry, why: TidewaiterError): Promise<void> {
    await this.#files.setAside(entry);
    this.#forget(entry);
    this.#options.onSetAside(entry, why);
    await this.#files.pruneAside();
  }

  #isSpoken({ schema }: SpoolEntry): boolean {
    return schema === PAYLOAD_SCHEMA && !this.#held.has(schema);
  }

  #add(entry: SpoolEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    this.#nextSequence = Math.max(this.#nextSequence, entry.sequence + 1);
  }

  #forget(entry: SpoolEntry): void {
    const index = this.#entries.indexOf(entry);
    if (index < 0) return;
    this.#entries.splice(index, 1);
    this.#bytes -= entry.bytes;
    this.#departures.wake();
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
    const name = spoolName(sequence, kind, reportId, PAYLOAD_SCHEMA);
    this.#isDiskFull = !(await this.#files.write(name, text));
    if (this.#isDiskFull) return null;
    const grant = report.kind === 'outcome' ? report.grant : null;
    const entry: SpoolEntry = { name, sequence, kind, reportId, schema: PAYLOAD_SCHEMA, bytes, grant };
    // An outcome fits in its reserve: it says nothing of the others' room.
    if (kind !== 'outcome') this.#isFullTold = false;
    this.#add(entry);
    this.#arrivals.wake();
    return entry;
  }

  /** Nobody else notices that a disk has room again once its report was given up: no work is taken, so none is written. */
  async #lookForRoom(bytes: number): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    while (this.#isDiskFull) {
      await sleep(FULL_RETRY_MS, undefined, { ref: false });
      await this.#inTurn(async () => {
        if (await this.#files.hasRoom(bytes)) this.#isDiskFull = false;
      });
    }
    this.#isLooking = false;
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
}
