import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  decodeFrame,
  type Frame,
  type FrameBody,
  type FrameType,
  type Grant,
  type Report,
  SUBPROTOCOL,
  type Task,
} from '@tidewaiter/shared/protocol';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Test } from 'tap';
import { type WebSocket, WebSocketServer } from 'ws';

type Of<T extends FrameType> = Extract<Frame, { readonly type: T }>;

export const SENSOR_ID = '0190a0a0-0000-7000-8000-000000000001';

/** A refusal of an upgrade: a problem of ours, or whatever a proxy says. */
export interface Refusal {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export const problem = (status: number, code: string): Refusal => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'x', title: code, status, code, detail: `it is ${code}`, remedy: `mend ${code}`, retryable: false }),
});

/** The control plane's end of the protocol, word by word, on a real socket. Every frame that comes is checked against the contract. */
export class StandIn {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL });
  readonly #peers: Peer[] = [];
  readonly upgrades: { readonly at: number; readonly authorization: string }[] = [];
  readonly enrolments: Record<string, unknown>[] = [];
  refusal: Refusal | null = null;
  enrolRefusal: Refusal | null = null;
  #taken = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => void this.#enrol(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  static async start(t: Test): Promise<StandIn> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const standIn = new StandIn(server);
    t.teardown(() => {
      for (const { socket } of standIn.#peers) socket.terminate();
      server.closeAllConnections();
      server.close();
    });
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next connection, before its hello. */
  async next(timeoutMs = 60_000): Promise<Peer> {
    const index = this.#taken++;
    await waitFor(() => this.#peers.length > index, timeoutMs, 'a connection');
    const peer = this.#peers[index];
    if (!peer) throw new Error('no peer');
    return peer;
  }

  /** The next connection, welcomed. */
  async welcomed(welcome: Partial<FrameBody<'welcome'>> = {}): Promise<{ readonly peer: Peer; readonly hello: FrameBody<'hello'> }> {
    const peer = await this.next();
    return { peer, hello: await peer.welcome(welcome) };
  }

  async #enrol(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request) text += String(part);
    this.enrolments.push(JSON.parse(text) as Record<string, unknown>);
    const refusal = this.enrolRefusal;
    if (refusal) response.writeHead(refusal.status, { 'content-type': refusal.contentType }).end(refusal.body);
    else response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sensorId: SENSOR_ID, workspaceId: 'w' }));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const authorization = request.headers.authorization ?? '';
    this.upgrades.push({ at: performance.now(), authorization });
    const { refusal } = this;
    if (refusal) {
      const { status, contentType, body } = refusal;
      socket.end(
        `HTTP/1.1 ${status} No\r\ncontent-type: ${contentType}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (open) => this.#peers.push(new Peer(open)));
  }
}

/** Claims of an upgrade's assertion. */
export function assertionOf({ authorization }: { readonly authorization: string }) {
  const jwt = authorization.replace('Bearer ', '');
  return { header: decodeProtectedHeader(jwt), claims: decodeJwt(jwt) };
}

/** One connection of the sensor. */
export class Peer {
  readonly socket: WebSocket;
  readonly arrived: Frame[] = [];
  readonly faults: unknown[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  /** What is acknowledged by itself. */
  acks = true;
  readonly reports: { readonly reportId: string; readonly schema: number; readonly report: Report }[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('close', (code, reason) => (this.closed = { code, reason: String(reason) }));
    socket.on('message', (data) => {
      try {
        const decoded = decodeFrame((data as Buffer).toString());
        if (decoded.known) this.#take(decoded.frame);
        else this.faults.push(decoded.type);
      } catch (error) {
        this.faults.push(error);
      }
    });
  }

  #take(frame: Frame): void {
    this.arrived.push(frame);
    if (frame.type === 'heartbeat' && this.acks) {
      const verdicts = frame.body.leases.map(({ grant }) => ({ assignmentId: grant.assignmentId, verdict: 'continue' as const }));
      this.send('leases', { serverTime: new Date().toISOString(), verdicts }, frame.id);
    }
    if (frame.type !== 'report') return;
    this.reports.push(frame.body);
    if (this.acks) this.send('ack', {}, frame.id);
  }

  async welcome(welcome: Partial<FrameBody<'welcome'>> = {}): Promise<FrameBody<'hello'>> {
    const hello = await this.take('hello');
    const body = {
      protocol: 1,
      schema: 1,
      sensorId: SENSOR_ID,
      workspaceId: 'w',
      leaseMs: 120_000,
      leaseRenewMs: 40_000,
      serverTime: new Date().toISOString(),
      leases: hello.body.leases,
    };
    this.send('welcome', { ...body, ...welcome }, hello.id);
    return hello.body;
  }

  send<T extends FrameType>(type: T, body: FrameBody<T>, replyTo?: string): string {
    const id = randomUUID();
    this.socket.send(JSON.stringify({ v: 1, type, id, body, ...(replyTo === undefined ? {} : { replyTo }) }));
    return id;
  }

  /** The next frame of a type that was not taken yet. */
  async take<T extends FrameType>(type: T, timeoutMs = 60_000): Promise<Of<T>> {
    await waitFor(
      () => this.arrived.some((frame) => frame.type === type),
      timeoutMs,
      `${type} (have ${this.arrived.map((one) => one.type).join()})`,
    );
    const index = this.arrived.findIndex((frame) => frame.type === type);
    return this.arrived.splice(index, 1)[0] as Of<T>;
  }

  /** Offers work and hands it over. */
  async assign(task: Task, attempt = 1): Promise<Grant> {
    const assignmentId = randomUUID();
    this.send('offer', { assignmentId, kind: task.kind });
    return this.handOver(task, assignmentId, attempt);
  }

  /** Answers the accept of an offer. */
  async handOver(task: Task, assignmentId: string, attempt = 1): Promise<Grant> {
    const accept = await this.take('accept');
    if (accept.body.assignmentId !== assignmentId) throw new Error(`accepted ${accept.body.assignmentId}`);
    const grant = { assignmentId, attempt };
    this.send('accepted', { grant, schema: 1, task, leaseExpiresAt: new Date(Date.now() + 120_000).toISOString() }, accept.id);
    return grant;
  }

  /** Grants every layer that is claimed. */
  async grantClaims(): Promise<void> {
    const { id, body } = await this.take('claim');
    this.send('claimed', { known: [], yours: body.digests, wait: [], retryAfterMs: 0 }, id);
  }

  /** The outcome of an assignment, once it came. */
  async outcome({ assignmentId }: Grant, timeoutMs = 60_000): Promise<Extract<Report, { readonly kind: 'outcome' }>> {
    const find = () =>
      this.reports.map(({ report }) => report).find((one) => one.kind === 'outcome' && one.grant.assignmentId === assignmentId);
    await waitFor(() => find() !== undefined, timeoutMs, `an outcome (have ${this.reports.map(({ report }) => report.kind).join()})`);
    return find() as Extract<Report, { readonly kind: 'outcome' }>;
  }
}

export async function waitFor(condition: () => boolean, timeoutMs: number, what: string): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what} did not come within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
