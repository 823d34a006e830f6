import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

export type Direction = 'from-sensor' | 'to-sensor';

/** A frame on its way. What the hook returns is awaited before it goes on; `false` swallows it. */
export type FrameHook = (
  direction: Direction,
  frame: { readonly type: string; readonly body: Readonly<Record<string, unknown>> },
) => Promise<boolean | undefined> | undefined;

/**
 * Stands between sensors and the control plane: everything that passes is kept as text, and a hook may act between two frames. To both
 * sides it is the other one: it changes nothing.
 */
export class RecordingProxy {
  readonly sent: string[] = [];
  /** What enrolled and upgraded: it carries an enrolment token or a sensor's assertion by purpose, and nothing else that is secret. */
  readonly presented: string[] = [];
  /** The assertions that sensors signed. */
  readonly assertions: string[] = [];
  hook: FrameHook = () => undefined;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 2 << 20,
    handleProtocols: () => 'tidewaiter.v1',
  });
  #target = '';

  private constructor() {
    this.#server = createServer((incoming, answer) => this.#forward(incoming, answer));
    this.#server.on('upgrade', (incoming, socket, head) => {
      const upstream = new WebSocket(`${this.#target.replace('http', 'ws')}${incoming.url}`, ['tidewaiter.v1'], {
        headers: { authorization: incoming.headers.authorization ?? '' },
        perMessageDeflate: false,
        maxPayload: 2 << 20,
      });
      this.presented.push(JSON.stringify(incoming.headers));
      this.assertions.push((incoming.headers.authorization ?? '').replace(/^Bearer /, ''));
      upstream.once('error', () => socket.destroy());
      upstream.once('open', () => this.#sockets.handleUpgrade(incoming, socket, head, (client) => this.#join(client, upstream)));
    });
  }

  static async start(): Promise<RecordingProxy> {
    const proxy = new RecordingProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  pointTo(target: string): void {
    this.#target = target;
  }

  async close(): Promise<void> {
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, headers, url } = incoming;
    const onward = request(`${this.#target}${url}`, { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.writeHead(502).end());
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = `${JSON.stringify(headers)} ${Buffer.concat(chunks).toString('utf8')}`;
      (url?.endsWith('/enrol') === true ? this.presented : this.sent).push(text);
    });
    incoming.pipe(onward);
  }

  #join(client: WebSocket, upstream: WebSocket): void {
    this.#relay(client, upstream, 'from-sensor');
    this.#relay(upstream, client, 'to-sensor');
  }

  /** One frame after the other, in order, each after its hook. */
  #relay(from: WebSocket, to: WebSocket, direction: Direction): void {
    let turn = Promise.resolve();
    from.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      if (direction === 'from-sensor') this.sent.push(text);
      turn = turn.then(async () => {
        const passes = await this.hook(direction, JSON.parse(text));
        if (passes !== false && to.readyState === WebSocket.OPEN) to.send(text);
      });
    });
    from.on('ping', () => to.readyState === WebSocket.OPEN && to.ping());
    from.on('close', () => to.terminate());
    from.on('error', () => to.terminate());
  }
}
