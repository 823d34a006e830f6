import { hasCode, problemOf, TidewaiterError } from '@tidewaiter/shared/errors';
import type { EngineIdentity } from '@tidewaiter/shared/findings';
import {
  type Decoded,
  decodeFrame,
  failureOf,
  type Frame,
  frameText,
  type FrameBody,
  SOCKET_SILENCE_MS_MAX,
} from '@tidewaiter/shared/protocol';
import type { RawData, WebSocket } from 'ws';
import type { Sensor } from '../storage/index.ts';
import type { GatewayParts } from './face.ts';
import { handleFrame, type Reply } from './handlers/index.ts';
import { Leases } from './leases.ts';
import { HELLO_MS_MAX, INBOUND_FRAMES_MAX, POLL_MS, SILENCE_LOOK_MS } from './limits.ts';
import { closeCodes, Outbox } from './outbox.ts';
import { watchSilence } from './silence.ts';

/** What ends a session instead of being answered. */
const endings = [
  'sensor.revoked',
  'sensor.unknown',
  'protocol.out-of-order',
  'protocol.version-unsupported',
  'protocol.schema-unsupported',
] as const;

/**
 * One sensor's socket: hello first, then frames one after the other, and offers whenever the sensor has room.
 * Pauses are measured on the monotonic clock: a wall clock that jumps closes no socket.
 */
export class Session {
  readonly #socket: WebSocket;
  readonly #parts: GatewayParts;
  readonly #outbox: Outbox;
  readonly #leases = new Leases();
  readonly #inbound: (readonly [RawData, boolean])[] = [];
  readonly #stops: (() => void)[] = [];
  #sensor: Sensor;
  #checkedAt: number;
  #engine: EngineIdentity | null = null;
  #schema = 0;
  #concurrency = 0;
  #isWorking = false;
  #offering: 'idle' | 'running' | 'again' = 'idle';
  #isEnding = false;
  #unknownFrames = 0;

  constructor(socket: WebSocket, sensor: Sensor, parts: GatewayParts) {
    this.#socket = socket;
    this.#sensor = sensor;
    this.#parts = parts;
    this.#outbox = new Outbox(socket, parts.newId);
    this.#checkedAt = this.#parts.monotonic();
  }

  /** Serves the socket until it closes. */
  start(): void {
    this.#socket.on('message', (data, isBinary) => this.#enqueue(data, isBinary));
    this.#socket.on('close', () => this.#stop());
    this.#socket.on('error', (error) => this.#parts.log.warn({ sensorId: this.#sensor.id, err: error }, 'a sensor’s socket broke'));
    const poll = setInterval(() => this.offerSoon(), POLL_MS).unref();
    const helloDue = setTimeout(() => this.#requireHello(), HELLO_MS_MAX).unref();
    const unwatch = watchSilence(this.#socket, {
      lookMs: SILENCE_LOOK_MS,
      silenceMsMax: SOCKET_SILENCE_MS_MAX,
      monotonic: this.#parts.monotonic,
    });
    this.#stops.push(
      () => clearInterval(poll),
      () => clearTimeout(helloDue),
      unwatch,
    );
  }

  /** Looks for work when there is room; calls in between are folded into one more look. */
  offerSoon(): void {
    if (this.#engine === null || this.#isEnding) return;
    if (this.#offering !== 'idle') {
      this.#offering = 'again';
      return;
    }
    this.#offering = 'running';
    void this.#offer();
  }

  /** Tells the sensor to come back later and closes; what it holds stays its own until the leases end. */
  drain(retryAfterMs: number): void {
    this.#isEnding = true;
    this.#outbox.send('drain', { retryAfterMs });
    this.#outbox.close(closeCodes.restart, 'the control plane restarts');
  }

  end(code: number, reason: string): void {
    this.#isEnding = true;
    this.#outbox.close(code, reason);
  }

  #enqueue(data: RawData, isBinary: boolean): void {
    if (this.#isEnding) return;
    this.#inbound.push([data, isBinary]);
    if (this.#inbound.length >= INBOUND_FRAMES_MAX) this.#socket.pause();
    if (!this.#isWorking) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let next = this.#inbound.shift(); next !== undefined && !this.#isEnding; next = this.#inbound.shift()) {
      await this.#receive(frameText(...next));
      if (this.#socket.isPaused && this.#inbound.length < INBOUND_FRAMES_MAX / 2) this.#socket.resume();
    }
    this.#isWorking = false;
  }

  async #receive(text: string): Promise<void> {
    let decoded: Decoded;
    try {
      decoded = decodeFrame(text);
    } catch (error) {
      return this.#refuse(error, idOf(text));
    }
    if (!decoded.known) return this.#notUnderstood(decoded);
    const { frame } = decoded;
    if ((this.#engine === null) !== (frame.type === 'hello')) return this.#refuse(outOfOrder(frame.type), frame.id);
    await this.#answer(frame);
  }

  async #answer(frame: Frame): Promise<void> {
    try {
      await this.#checkSensor();
      const reply = await handleFrame(this.#handling(), frame);
      if (frame.type === 'hello' && reply?.type === 'welcome') this.#open(frame.body, reply.body);
      this.#reply(reply, frame.id);
      if (frame.type === 'hello' || frame.type === 'accept') this.offerSoon();
    } catch (error) {
      if (hasCode(error, ...endings)) return this.#refuse(error, frame.id);
      this.#report(error, frame.type);
      this.#sendError(error, frame.id);
    }
  }

  #handling() {
    const offerSoon = (): void => this.offerSoon();
    return { parts: this.#parts, sensor: this.#sensor, leases: this.#leases, engine: this.#engine, schema: this.#schema, offerSoon };
  }

  #open({ engine, concurrency }: FrameBody<'hello'>, { schema }: FrameBody<'welcome'>): void {
    this.#engine = engine;
    this.#schema = schema;
    // The stages see the sensor as hello wrote it, not as it was at the upgrade: verdicts are made under its engine.
    this.#sensor = { ...this.#sensor, engine };
    this.#concurrency = concurrency;
  }

  #reply(reply: Reply, replyTo: string): void {
    if (reply) this.#outbox.send(reply.type, reply.body, replyTo);
  }

  async #offer(): Promise<void> {
    try {
      do {
        this.#offering = 'running';
        await this.#checkSensor();
        const room = this.#concurrency - this.#leases.count(this.#parts.monotonic());
        const offers = room > 0 && !this.#isEnding ? await this.#parts.work.offer(this.#sensor, room) : [];
        for (const { id, kind } of offers) {
          this.#leases.offered(id, this.#parts.monotonic());
          this.#outbox.send('offer', { assignmentId: id, kind });
        }
      } while (this.#isAskedAgain());
    } catch (error) {
      // The next poll looks again; a database that is away is no reason to drop the sensor.
      if (hasCode(error, 'sensor.revoked', 'sensor.unknown')) this.#refuse(error, undefined);
      else this.#parts.log.warn({ sensorId: this.#sensor.id, err: error }, 'offers could not be made');
    }
    this.#offering = 'idle';
  }

  #isAskedAgain(): boolean {
    return this.#offering === 'again';
  }

  /** A sensor revoked elsewhere, or given other registries, is noticed within POLL_MS on every frame and offer. */
  async #checkSensor(): Promise<void> {
    const now = this.#parts.monotonic();
    if (now - this.#checkedAt < POLL_MS) return;
    const sensor = await this.#parts.store.sensors.fetchById(this.#sensor.id);
    if (!sensor) throw new TidewaiterError('sensor.unknown', { which: this.#sensor.id });
    if (sensor.revokedAt !== null) throw new TidewaiterError('sensor.revoked', { which: sensor.id });
    this.#sensor = sensor;
    this.#checkedAt = now;
  }

  #requireHello(): void {
    if (this.#engine !== null || this.#isEnding) return;
    this.#refuse(new TidewaiterError('protocol.timeout', { which: 'hello', want: `it within ${HELLO_MS_MAX} ms` }), undefined);
  }

  #refuse(error: unknown, replyTo: string | undefined): void {
    this.#parts.log.warn({ sensorId: this.#sensor.id, err: error }, 'a sensor’s socket is closed for what it sent');
    this.#sendError(error, replyTo);
    this.end(hasCode(error, 'protocol.frame-too-large') ? closeCodes.tooBig : closeCodes.policy, problemOf(error).code);
  }

  #sendError(error: unknown, replyTo: string | undefined): void {
    this.#outbox.send('error', failureOf(error), replyTo);
  }

  #report(error: unknown, type: string): void {
    const facts = { sensorId: this.#sensor.id, frame: type, err: error };
    if (error instanceof TidewaiterError) this.#parts.log.info(facts, 'a frame was answered with an error');
    else this.#parts.log.error(facts, 'a frame failed for an unexpected reason');
  }

  /** A report of another schema is not at fault, nor is its session: the sensor keeps it and is told why. */
  #notUnderstood(decoded: Decoded & { readonly known: false }): void {
    if (decoded.why === 'type') return this.#countUnknown(decoded.type);
    if (this.#engine === null) return this.#refuse(outOfOrder(decoded.type), decoded.id);
    this.#report(decoded.error, decoded.type);
    this.#sendError(decoded.error, decoded.id);
  }

  #countUnknown(type: string): void {
    this.#unknownFrames += 1;
    if (this.#unknownFrames === 1)
      this.#parts.log.warn({ sensorId: this.#sensor.id, frame: type }, 'frames of an unknown type are ignored');
  }

  #stop(): void {
    this.#isEnding = true;
    this.#inbound.length = 0;
    for (const stop of this.#stops) stop();
    if (this.#unknownFrames > 0)
      this.#parts.log.info({ sensorId: this.#sensor.id, frames: this.#unknownFrames }, 'frames of unknown types were ignored');
  }
}

/** The id of a frame that is otherwise not valid, so that its sender can tell which one was refused. */
function idOf(text: string): string | undefined {
  return /^\s*\{[^{}[\]]{0,512}"id"\s*:\s*"([\w-]{1,64})"/.exec(text)?.[1];
}

function outOfOrder(type: string): TidewaiterError {
  const want = type === 'hello' ? 'hello once' : 'hello first';
  return new TidewaiterError('protocol.out-of-order', { which: `${type} frame`, want });
}
