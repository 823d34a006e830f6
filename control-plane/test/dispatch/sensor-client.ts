import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Frame, type FrameBody, type FrameType, SUBPROTOCOL } from '@tidewaiter/shared/protocol';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type RawData, WebSocket } from 'ws';
import type { TestApp } from '../api/harness.ts';

/** What a sensor needs of a control plane, in this process or another. */
type Server = Pick<TestApp, 'url' | 'now' | 'call'> & { readonly audience?: string };

export interface Enrolled {
  readonly sensorId: string;
  readonly workspaceId: string;
  readonly key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
}

/** Enrols a sensor of the given workspace through the API. */
export async function enrolSensor(app: Server, token: string, registryIds: readonly string[] | null = null): Promise<Enrolled> {
  const made = await app.call('POST', '/api/v1/enrolment-tokens', { token, body: { registryIds } });
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  const { kty, crv, x } = await exportJWK(pair.publicKey);
  const encryptionKey = { kty: 'OKP', crv: 'X25519', x: randomBytes(32).toString('base64url') };
  const body = { token: made.body['token'], name: 'test sensor', signingKey: { kty, crv, x }, encryptionKey };
  const answer = await app.call('POST', '/api/v1/sensors/enrol', { token: null, body });
  if (answer.status !== 201) throw new Error(answer.text);
  return { sensorId: String(answer.body['sensorId']), workspaceId: String(answer.body['workspaceId']), key: pair.privateKey };
}

/** A signed assertion; `change` bends it for the tests of what is refused. */
export async function assertionOf(app: Server, sensor: Enrolled, change: JWTPayload & { readonly kid?: string } = {}): Promise<string> {
  const { kid = sensor.sensorId, ...claims } = change;
  const at = Math.floor(app.now() / 1000);
  const payload = {
    iss: sensor.sensorId,
    sub: sensor.sensorId,
    aud: app.audience ?? app.url,
    iat: at,
    exp: at + 60,
    jti: randomUUID(),
    ...claims,
  };
  return new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', kid }).sign(sensor.key);
}

export const testEngine = {
  fingerprintKeyId: '0123456789abcdef',
  engineVersion: 'test',
  ruleSetHash: 'a'.repeat(64),
  limitsHash: 'b'.repeat(64),
};

/** A sensor's end of the socket, frame by frame. */
export class SensorClient {
  readonly #socket: WebSocket;
  readonly #arrived: Frame[] = [];
  #notify: (() => void) | null = null;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: RawData) => {
      this.#arrived.push(JSON.parse(textOf(data)));
      this.#notify?.();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: String(reason) });
        this.#notify?.();
      });
    });
  }

  static async connect(app: Server, sensor: Enrolled): Promise<SensorClient> {
    const socket = openSocket(app, await assertionOf(app, sensor));
    const client = new SensorClient(socket);
    await once(socket, 'open');
    return client;
  }

  /** Connected and welcomed. */
  static async open(app: Server, sensor: Enrolled, hello: Partial<FrameBody<'hello'>> = {}): Promise<SensorClient> {
    const client = await SensorClient.connect(app, sensor);
    await client.ask('hello', { ...helloBody(app), ...hello }, 'welcome');
    return client;
  }

  sendText(text: string | Buffer): void {
    this.#socket.send(text);
  }

  send<T extends FrameType>(type: T, body: FrameBody<T>): string {
    const id = randomUUID();
    this.#socket.send(JSON.stringify({ v: 1, type, id, body }));
    return id;
  }

  /** Sends a frame and waits for the frame that answers it, of the type expected. */
  async ask<T extends FrameType, A extends FrameType>(type: T, body: FrameBody<T>, expected: A): Promise<FrameBody<A>> {
    const id = this.send(type, body);
    const frame = await this.take((one) => one.replyTo === id);
    if (frame.type !== expected) throw new Error(`${type} was answered by ${JSON.stringify(frame)}`);
    return frame.body as FrameBody<A>;
  }

  next<A extends FrameType>(type: A): Promise<Extract<Frame, { readonly type: A }>> {
    return this.take((frame) => frame.type === type) as Promise<Extract<Frame, { readonly type: A }>>;
  }

  async take(fits: (frame: Frame) => boolean, timeoutMs = 8_000): Promise<Frame> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const index = this.#arrived.findIndex(fits);
      const [found] = index >= 0 ? this.#arrived.splice(index, 1) : [];
      if (found) return found;
      if (Date.now() > end || this.#socket.readyState === WebSocket.CLOSED) throw new Error('the frame did not come');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.#notify = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Frames that came and were not taken. */
  get waiting(): readonly Frame[] {
    return this.#arrived;
  }

  close(): void {
    this.#socket.close();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}

export function helloBody(app: Server): FrameBody<'hello'> {
  const clock = new Date(app.now()).toISOString();
  return { sensorVersion: '0.1.0', protocols: [1], schemas: [1], engine: testEngine, concurrency: 2, leases: [], clock };
}

export function openSocket(
  app: Server,
  assertion: string | null,
  options: { readonly path?: string; readonly protocols?: string[] } = {},
): WebSocket {
  const url = `${app.url.replace('http', 'ws')}${options.path ?? '/api/v1/sensors/socket'}`;
  const headers = assertion === null ? {} : { authorization: `Bearer ${assertion}` };
  return new WebSocket(url, options.protocols ?? [SUBPROTOCOL], { headers });
}

/** The status and problem of a refused upgrade. */
export async function refusedUpgrade(socket: WebSocket): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, body: JSON.parse(text) };
}
