import { hasCode } from '@tidewaiter/shared/errors';
import { type Failure, PAYLOAD_SCHEMA } from '@tidewaiter/shared/protocol';
import type { Spool, SpoolEntry } from '../reports/index.ts';
import type { Log } from '../telemetry/index.ts';
import { errorOfFailure } from './failures.ts';
import { REPORT_PAUSE_MS, REPORT_PAUSE_MS_MAX, REPORT_TRIES_MAX, SOCKET_PAUSE_MS } from './limits.ts';
import type { Link } from './link.ts';
import { pause } from './reconnect.ts';

/** Refusals of the sensor or of the whole session, not of the report: it waits for a better one. */
const NOT_ABOUT_THE_REPORT = /^(?:sensor|auth|enrolment)\.|^protocol\.version-unsupported$/;
/** The control plane has moved on: nothing is lost by forgetting the report. */
const MOVED_ON = ['assignment.stale', 'claim.missing'];

/** Sends the spool's reports one after the other, each until it is acknowledged. */
export class ReportSender {
  readonly #spool: Spool;
  readonly #link: Link;
  readonly #log: Log;
  readonly #onSent: () => void;
  #backlogBelow = 0;

  /** @param onSent told after each report that left the spool. */
  constructor(spool: Spool, link: Link, log: Log, onSent: () => void) {
    this.#spool = spool;
    this.#link = link;
    this.#log = log;
    this.#onSent = onSent;
  }

  /** A session begins: what the spool holds now is to be sent before new work is taken, or layers on their way would be read again. */
  sessionBegins(): void {
    this.#backlogBelow = this.#spool.nextSequence;
    this.#spool.releaseHeld();
    this.#tellUnspoken();
    if (this.#spool.count > 0) this.#log.info({ reports: this.#spool.count, bytes: this.#spool.bytes }, 'spooled reports are replayed');
  }

  get isReplaying(): boolean {
    const { first } = this.#spool;
    return first !== null && first.sequence < this.#backlogBelow;
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let tries = 0;
    for (;;) {
      await this.#spool.arrival(signal);
      const { first } = this.#spool;
      if (signal.aborted) return;
      if (!first) continue;
      try {
        tries = await this.#send(first, tries, signal);
      } catch (error) {
        if (signal.aborted) return;
        // A damaged file was set aside by the spool; a disk that fails for a moment is read again.
        if (!hasCode(error, 'spool.damaged')) this.#log.error({ err: error, report: first.name }, 'a report could not be sent');
        tries++;
      }
      if (tries > 0) await pause(Math.min(REPORT_PAUSE_MS * 2 ** (tries - 1), REPORT_PAUSE_MS_MAX), signal);
    }
  }

  /** 0 when the report has left the spool, else how often it was refused by now. */
  async #send(entry: SpoolEntry, tries: number, signal: AbortSignal): Promise<number> {
    const report = await this.#spool.read(entry);
    const answer = await this.#link.askOnce('report', { reportId: entry.reportId, schema: entry.schema, report }, 'ack', signal);
    if (answer === null) {
      // The socket ended meanwhile; the link waits for the next one by itself.
      await pause(SOCKET_PAUSE_MS, signal);
      return tries;
    }
    if (answer.ok) await this.#spool.remove(entry);
    else if (!(await this.#refused(entry, answer.failure, tries))) return tries + 1;
    this.#onSent();
    return 0;
  }

  #tellUnspoken(): void {
    const { unspoken } = this.#spool;
    if (unspoken.length === 0) return;
    const facts = { reports: unspoken.length, schemas: [...new Set(unspoken.map(({ schema }) => schema))], want: PAYLOAD_SCHEMA };
    const remedy = 'Start the build that wrote them once more, until its spool is empty; their images are scanned again meanwhile.';
    this.#log.error({ ...facts, remedy }, 'reports of a schema that this build does not speak are kept and not sent');
  }

  /** True when it is not to be sent again now: given up, or kept for another control plane. */
  async #refused(entry: SpoolEntry, failure: Failure, tries: number): Promise<boolean> {
    const { code, detail, remedy, retryable } = failure;
    const facts = { report: entry.kind, reportId: entry.reportId, code, detail };
    if (code === 'protocol.schema-unsupported') {
      this.#log.error(
        { ...facts, schema: entry.schema, remedy },
        'reports of this schema are kept and not sent: the control plane does not speak it',
      );
      this.#spool.hold(entry.schema);
      return true;
    }
    if (MOVED_ON.includes(code)) {
      this.#log.info(facts, 'a report is dropped: the control plane has moved on');
      await this.#spool.remove(entry);
      return true;
    }
    if (retryable || NOT_ABOUT_THE_REPORT.test(code) || (code === 'internal' && tries + 1 < REPORT_TRIES_MAX)) {
      this.#log.warn(facts, 'a report was not taken and will be sent again');
      return false;
    }
    await this.#spool.setAside(entry, errorOfFailure(failure, entry.name));
    return true;
  }
}
