import { TidewaiterError } from '@tidewaiter/shared/errors';
import {
  type Failure,
  failureOf,
  type FrameBody,
  type Grant,
  LEASES_MAX,
  OFFER_MS,
  type Outcome,
  type Progress,
} from '@tidewaiter/shared/protocol';
import type { Log } from '../telemetry/index.ts';
import { Assignment, type WorkTools } from './assignment.ts';
import type { FrameSocket } from './frame-socket.ts';
import { OFFERS_MAX, STOP_MS_MAX, WATCH_MS } from './limits.ts';
import type { Link } from './link.ts';

/** Why a running assignment was stopped before its end. */
type Stop = 'cancelled' | 'lost' | 'drained';

interface Running {
  readonly grant: Grant;
  readonly kind: string;
  readonly abort: AbortController;
  progress: Progress;
  /** Monotonic time at which the lease was last known to be ours. */
  renewedAt: number;
  stop: Stop | null;
}

export interface WorkParts {
  readonly tools: WorkTools;
  readonly link: Link;
  readonly log: Log;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  readonly concurrency: number;
  /** More must be known of the spool than its room: old reports go first. */
  readonly isReplaying: () => boolean;
}

const IDLE_PROGRESS: Progress = { phase: 'reporting', layersDone: 0, layersTotal: 0, bytesDone: 0, bytesTotal: 0 };
/** An outcome must be kept even when its work was cut short; the spool holds a reserve for it. */
const OUTCOME_WAIT_MS = 10_000;

/** What the sensor is working on: offers it may take, assignments under their leases, and which of them to stop. */
export class Work {
  readonly #parts: WorkParts;
  readonly #offers = new Map<string, number>();
  readonly #running = new Map<string, Running>();
  readonly #accepting = new Set<string>();
  #isDraining = false;
  #leaseMs: number;
  readonly #timer: NodeJS.Timeout;
  #idle: (() => void)[] = [];

  constructor(parts: WorkParts, leaseMs: number) {
    this.#parts = parts;
    this.#leaseMs = leaseMs;
    this.#timer = setInterval(() => this.#watchLeases(), WATCH_MS);
  }

  /** Leases that are ours: of running work, and of outcomes that are not acknowledged. */
  get held(): readonly Grant[] {
    const running = [...this.#running.values()].filter(({ stop }) => stop === null || stop === 'drained').map(({ grant }) => grant);
    const reported = this.#parts.tools.spool.outcomeGrants.filter(({ assignmentId }) => !this.#running.has(assignmentId));
    // As many as a frame takes.
    return [...running, ...reported].slice(0, LEASES_MAX);
  }

  get progress(): FrameBody<'heartbeat'>['leases'] {
    return this.held.map((grant) => ({ grant, progress: this.#running.get(grant.assignmentId)?.progress ?? IDLE_PROGRESS }));
  }

  get count(): number {
    return this.#running.size;
  }

  /** A session begins with the leases that are still ours; the others' work is stopped. `sentAt`: when hello was. */
  sessionBegins(leases: readonly Grant[], leaseMs: number, sentAt: number): void {
    this.#leaseMs = leaseMs;
    this.#offers.clear();
    for (const running of this.#running.values()) {
      if (leases.some((lease) => isSame(lease, running.grant))) running.renewedAt = sentAt;
      else this.#stop(running, 'lost', 'the control plane gave its lease away');
    }
  }

  offered({ assignmentId }: FrameBody<'offer'>): void {
    if (this.#offers.size >= OFFERS_MAX && !this.#offers.has(assignmentId)) return;
    this.#offers.set(assignmentId, this.#parts.monotonic());
    this.takeOffers();
  }

  /** Takes what there is room for. */
  takeOffers(): void {
    for (const [assignmentId, offeredAt] of this.#offers) {
      if (!this.#mayAccept()) return;
      this.#offers.delete(assignmentId);
      const isOld = this.#parts.monotonic() - offeredAt > OFFER_MS;
      if (isOld || this.#running.has(assignmentId) || this.#accepting.has(assignmentId)) continue;
      void this.#accept(assignmentId);
    }
  }

  #mayAccept(): boolean {
    const { tools, link, concurrency, isReplaying } = this.#parts;
    if (this.#isDraining || link.socket === null || isReplaying()) return false;
    return this.#running.size + this.#accepting.size < concurrency && tools.spool.hasRoomForWork;
  }

  /** The answer to a heartbeat that was sent at `sentAt` with `leases`. */
  renewed(leases: FrameBody<'heartbeat'>['leases'], verdicts: FrameBody<'leases'>['verdicts'], sentAt: number): void {
    const verdictOf = new Map(verdicts.map(({ assignmentId, verdict }) => [assignmentId, verdict]));
    for (const { grant } of leases) {
      const running = this.#running.get(grant.assignmentId);
      if (!running || !isSame(running.grant, grant)) continue;
      if (verdictOf.get(grant.assignmentId) === 'continue') running.renewedAt = sentAt;
      else if (verdictOf.get(grant.assignmentId) === 'cancel') this.#stop(running, 'cancelled', 'the control plane cancelled it');
    }
  }

  cancel({ grant }: FrameBody<'cancel'>): void {
    const running = this.#running.get(grant.assignmentId);
    if (running && isSame(running.grant, grant)) this.#stop(running, 'cancelled', 'the control plane cancelled it');
  }

  /** All authority is gone: a revoked sensor works on nothing. */
  stopAll(why: string): void {
    for (const running of this.#running.values()) this.#stop(running, 'lost', why);
  }

  /** Takes nothing new; resolves when nothing runs. What still runs after `graceMs` is given back, and what does not heed that is left. */
  async drain(graceMs: number): Promise<void> {
    const { monotonic } = this.#parts;
    this.#isDraining = true;
    const timer = setTimeout(() => {
      for (const running of this.#running.values()) this.#stop(running, 'drained', 'the sensor shuts down');
    }, graceMs);
    const end = monotonic() + graceMs + STOP_MS_MAX;
    const tick = setInterval(() => this.#wakeIdle(), WATCH_MS);
    while (this.#running.size + this.#accepting.size > 0 && monotonic() < end)
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    clearInterval(tick);
    clearTimeout(timer);
    clearInterval(this.#timer);
  }

  async #accept(assignmentId: string): Promise<void> {
    const { link, log, monotonic } = this.#parts;
    const { socket } = link;
    if (!socket) return;
    this.#accepting.add(assignmentId);
    const sentAt = monotonic();
    try {
      const answer = await socket.ask('accept', { assignmentId }, 'accepted');
      if (!answer.ok) this.#notAccepted(assignmentId, answer.failure);
      else if (answer.body.grant.assignmentId !== assignmentId) this.#answeredForAnother(socket, assignmentId);
      else void this.#run(answer.body, sentAt);
    } catch (error) {
      // The next hello does not name it: it is free again at once.
      log.info({ assignmentId, err: error }, 'an offer could not be accepted');
    } finally {
      this.#accepting.delete(assignmentId);
      this.#ended();
    }
  }

  #notAccepted(assignmentId: string, { code, detail }: Failure): void {
    this.#parts.log.info({ assignmentId, code, detail }, 'an offer was not ours to accept');
  }

  #answeredForAnother(socket: FrameSocket, assignmentId: string): void {
    socket.refuse(new TidewaiterError('protocol.out-of-order', { which: 'accepted frame', got: 'another assignment', want: assignmentId }));
  }

  async #run(accepted: FrameBody<'accepted'>, sentAt: number): Promise<void> {
    const { grant, task } = accepted;
    const abort = new AbortController();
    const running: Running = { grant, kind: task.kind, abort, progress: IDLE_PROGRESS, renewedAt: sentAt, stop: null };
    this.#running.set(grant.assignmentId, running);
    this.#parts.log.info(
      task.kind === 'scan' ? { ...about(accepted), repository: task.repository, digest: task.digest } : about(accepted),
      'work begins',
    );
    const outcome = await this.#workOn(accepted, running);
    await this.#keep(outcome, accepted, running);
    this.#running.delete(grant.assignmentId);
    this.#ended();
  }

  /** Never fails: what goes wrong is the outcome. */
  async #workOn({ grant, task }: FrameBody<'accepted'>, running: Running): Promise<Outcome> {
    const { tools, link, monotonic } = this.#parts;
    const onProgress = (progress: Progress): void => {
      running.progress = progress;
    };
    const assignment = new Assignment({ grant, task, tools, control: link, monotonic, signal: running.abort.signal, onProgress });
    const outcome = await assignment.run();
    return running.stop === 'drained' && outcome.state === 'failed' ? assignment.outcome('failed', released()) : outcome;
  }

  /** Tells of an outcome, and spools it where the control plane still waits for it. */
  async #keep(outcome: Outcome, accepted: FrameBody<'accepted'>, { stop }: Running): Promise<void> {
    const { tools, log } = this.#parts;
    const { state, failure, timings, unread } = outcome;
    const { code, detail, remedy } = failure ?? {};
    log[state === 'failed' ? 'warn' : 'info'](
      { ...about(accepted), state, code, detail, remedy, unread: unread.length, timings },
      'work ends',
    );
    try {
      if (stop === null || stop === 'drained') await tools.spool.put(outcome, AbortSignal.timeout(OUTCOME_WAIT_MS));
    } catch (error) {
      log.error({ ...about(accepted), err: error }, 'an outcome could not be kept; its lease will end by itself');
    }
  }

  #ended(): void {
    this.#wakeIdle();
    this.takeOffers();
  }

  #wakeIdle(): void {
    for (const wake of this.#idle.splice(0)) wake();
  }

  #stop(running: Running, stop: Stop, why: string): void {
    if (running.stop !== null) return;
    running.stop = stop;
    this.#parts.log.warn(
      { assignmentId: running.grant.assignmentId, attempt: running.grant.attempt, kind: running.kind, why },
      'work is stopped',
    );
    running.abort.abort(new TidewaiterError('cancelled', { which: running.grant.assignmentId, got: why }));
  }

  /** A lease that could not be renewed in time is another's by now: two must not work on one thing. Its layer results stay facts. */
  #watchLeases(): void {
    const now = this.#parts.monotonic();
    for (const running of this.#running.values())
      if (now - running.renewedAt > this.#leaseMs) this.#stop(running, 'lost', 'its lease could not be renewed in time');
  }
}

/** What log lines of a piece of work have in common. */
const about = ({ grant: { assignmentId, attempt }, task: { kind, registry } }: FrameBody<'accepted'>) => ({
  assignmentId,
  attempt,
  kind,
  registry: registry.host,
});

const isSame = (one: Grant, other: Grant): boolean => one.assignmentId === other.assignmentId && one.attempt === other.attempt;

const released = (): Failure => failureOf(new TidewaiterError('cancelled', { which: 'assignment', got: 'the sensor shuts down' }));
