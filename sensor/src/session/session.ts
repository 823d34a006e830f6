import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import {
  agreeOnSchema,
  type Frame,
  type FrameBody,
  LEASE_MS,
  LEASE_RENEW_MS,
  PAYLOAD_SCHEMAS,
  PROTOCOL_VERSION,
} from '@tidewaiter/shared/protocol';
import { RETRY_AFTER_MS_MAX } from '../enrolment/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { WorkTools } from './assignment.ts';
import { reportSkew } from './clock-skew.ts';
import { connect } from './connect.ts';
import { errorOfFailure } from './failures.ts';
import type { FrameSocket } from './frame-socket.ts';
import { FLUSH_LOOK_MS, FLUSH_MS_MAX, LEASE_MS_RANGE, REFUSED_PROBE_MS, RENEW_MS_RANGE, STEADY_MS, within } from './limits.ts';
import { Link } from './link.ts';
import { pause, ReconnectWindows } from './reconnect.ts';
import { ReportSender } from './report-sender.ts';
import type { OpenSocket } from './socket.ts';
import { Work } from './work.ts';

/** What a session takes from the composition root. */
export interface SessionParts {
  readonly controlPlaneUrl: string;
  readonly sensorVersion: string;
  readonly concurrency: number;
  readonly drainMs: number;
  readonly tools: WorkTools;
  readonly openSocket: OpenSocket;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly newId: () => string;
  /** A fresh signed assertion. */
  readonly assertion: () => Promise<string>;
  /** Told when the control plane does not know this sensor: true when it has a new identity now. */
  readonly onUnknown: () => Promise<boolean>;
}

/** RFC 6455, 7.4.1. */
const NORMAL_CLOSURE = 1000;

/**
 * The sensor's side of the protocol: connects, for as long as the process lives, and works on what it is offered. The socket is a hint:
 * losing it stops nothing but new work, until the leases end.
 */
export class Session {
  readonly #parts: SessionParts;
  readonly #link = new Link();
  readonly #work: Work;
  readonly #sender: ReportSender;
  /** Ends connecting and sending, after the drain. */
  readonly #over = new AbortController();
  #retryAfterMs = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { tools, log, monotonic, concurrency } = parts;
    this.#sender = new ReportSender(tools.spool, this.#link, log, () => this.#work.takeOffers());
    const isReplaying = (): boolean => this.#sender.isReplaying;
    this.#work = new Work({ tools, link: this.#link, log, monotonic, concurrency, isReplaying }, LEASE_MS);
  }

  /** Runs until `stop` aborts and the drain is done. */
  async run(stop: AbortSignal): Promise<void> {
    const connecting = this.#connectForever();
    const sending = this.#sender.run(this.#over.signal);
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
    await this.#drain();
    this.#over.abort();
    await Promise.all([connecting, sending]);
  }

  async #drain(): Promise<void> {
    const { log, drainMs, tools, monotonic } = this.#parts;
    log.info({ running: this.#work.count }, 'the sensor drains: no new work');
    await this.#work.drain(drainMs);
    const end = monotonic() + FLUSH_MS_MAX;
    while (tools.spool.first !== null && this.#link.socket !== null && monotonic() < end) await pause(FLUSH_LOOK_MS, this.#over.signal);
    if (tools.spool.count > 0) log.warn({ reports: tools.spool.count }, 'reports stay in the spool; the next start sends them');
    try {
      this.#link.socket?.send('goodbye', { reason: 'the sensor shuts down' });
    } catch (error) {
      // The socket went at this very moment: a goodbye is a courtesy.
      log.debug({ err: error }, 'no goodbye could be said');
    }
  }

  async #connectForever(): Promise<void> {
    const { signal } = this.#over;
    const { random, monotonic } = this.#parts;
    const windows = new ReconnectWindows(random, monotonic);
    while (!signal.aborted) {
      const rest = await windows.next(signal);
      this.#retryAfterMs = 0;
      const openedAt = monotonic();
      try {
        await this.#session();
        if (monotonic() - openedAt > STEADY_MS) windows.succeeded();
      } catch (error) {
        if (signal.aborted) return;
        await this.#failed(error);
      }
      await rest(this.#retryAfterMs);
    }
  }

  /** Says what is wrong and decides how long to stay away; nothing here ends the sensor. */
  async #failed(error: unknown): Promise<void> {
    const { log } = this.#parts;
    if (hasCode(error, 'sensor.unknown', 'sensor.revoked')) {
      this.#work.stopAll('the control plane does not want this sensor');
      if (hasCode(error, 'sensor.unknown') && (await this.#parts.onUnknown())) return;
      this.#retryAfterMs = REFUSED_PROBE_MS;
      const remedy = error.facts.remedy ?? 'Enrol the sensor anew: remove its state folder and start it with a new enrolment token.';
      log.error({ err: error, remedy, nextProbeMs: REFUSED_PROBE_MS }, 'the control plane refuses this sensor; it stays up and asks again');
      return;
    }
    this.#retryAfterMs = (error instanceof TidewaiterError && error.facts.retryAfterMs) || 0;
    const remedy = error instanceof TidewaiterError ? error.facts.remedy : undefined;
    log.warn({ err: error, remedy }, 'no session with the control plane; it will be tried again');
  }

  /** One connection, from the upgrade to its end. */
  async #session(): Promise<void> {
    const { controlPlaneUrl, assertion, openSocket, nowMs, monotonic, newId, log } = this.#parts;
    const { signal } = this.#over;
    const socket = await connect({ controlPlaneUrl, assertion: await assertion(), openSocket, nowMs, monotonic, newId, log, signal });
    const over = (): void => void socket.close(NORMAL_CLOSURE, 'goodbye');
    signal.addEventListener('abort', over, { once: true });
    if (signal.aborted) over();
    try {
      await this.#welcome(socket);
      const { code, reason } = await socket.closed;
      log.info({ code, reason }, 'the session ended');
      if (reason === 'sensor.revoked' || reason === 'sensor.unknown') throw new TidewaiterError(reason, { which: 'this sensor' });
      if (/replaced/.test(reason)) log.warn('another process uses this sensor’s identity; give each its own state folder');
    } finally {
      signal.removeEventListener('abort', over);
      this.#link.detach();
      socket.terminate();
    }
  }

  async #welcome(socket: FrameSocket): Promise<void> {
    const { log, nowMs, monotonic } = this.#parts;
    const sentAt = monotonic();
    const answer = await socket.ask('hello', this.#hello(), 'welcome');
    if (!answer.ok) throw errorOfFailure(answer.failure, 'answer to hello');
    const welcome = answer.body;
    agreeOnSchema('welcome', { protocols: [welcome.protocol], schemas: [welcome.schema] });
    reportSkew(welcome.serverTime, nowMs(), log);
    log.info({ sensorId: welcome.sensorId, workspaceId: welcome.workspaceId, leases: welcome.leases.length }, 'the session begins');
    this.#sender.sessionBegins();
    this.#work.sessionBegins(welcome.leases, within(welcome.leaseMs, LEASE_MS_RANGE, LEASE_MS), sentAt);
    this.#link.attach(socket);
    socket.listen((frame) => this.#take(socket, frame));
    void this.#heartbeats(socket, within(welcome.leaseRenewMs, RENEW_MS_RANGE, LEASE_RENEW_MS));
  }

  #hello(): FrameBody<'hello'> {
    const { sensorVersion, tools, concurrency, nowMs } = this.#parts;
    return {
      sensorVersion,
      protocols: [PROTOCOL_VERSION],
      schemas: [...PAYLOAD_SCHEMAS],
      engine: tools.engine.identity,
      concurrency,
      leases: [...this.#work.held],
      clock: new Date(nowMs()).toISOString(),
    };
  }

  async #heartbeats(socket: FrameSocket, renewMs: number): Promise<void> {
    const ended = new AbortController();
    void socket.closed.then(() => ended.abort());
    for (;;) {
      await pause(renewMs * (0.9 + this.#parts.random() / 10), ended.signal);
      if (ended.signal.aborted) return;
      const [leases, sentAt] = [this.#work.progress, this.#parts.monotonic()];
      try {
        const answer = await socket.ask('heartbeat', { leases }, 'leases');
        if (answer.ok) this.#work.renewed(leases, answer.body.verdicts, sentAt);
        else this.#parts.log.warn({ code: answer.failure.code, detail: answer.failure.detail }, 'a heartbeat was not taken');
      } catch (error) {
        // The socket is gone or will be; the connecting loop sees to it.
        this.#parts.log.debug({ err: error }, 'a heartbeat was not answered');
      }
    }
  }

  #take(socket: FrameSocket, frame: Frame): void {
    switch (frame.type) {
      case 'offer':
        return this.#work.offered(frame.body);
      case 'cancel':
        return this.#work.cancel(frame.body);
      case 'drain':
        this.#retryAfterMs = Math.min(frame.body.retryAfterMs, RETRY_AFTER_MS_MAX);
        this.#link.detach();
        return this.#parts.log.info({ retryAfterMs: this.#retryAfterMs }, 'the control plane drains its sockets');
      // Replies nobody waits for any more: the question timed out, or was answered twice.
      case 'welcome':
      case 'accepted':
      case 'leases':
      case 'claimed':
      case 'token':
      case 'ack':
        return this.#parts.log.debug({ frame: frame.type }, 'a reply came that nobody waits for');
      default:
        return socket.refuse(outOfOrder(frame.type));
    }
  }
}

const outOfOrder = (type: string): TidewaiterError =>
  new TidewaiterError('protocol.out-of-order', { which: `${type} frame`, want: 'frames of a control plane' });
