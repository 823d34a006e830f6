import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** One origin of the cloud, bound to 127.0.0.1 only. */
export interface LoopbackServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Answers one request; refusals are answers of its own, only a bug rejects. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Binds a handler to loopback; port 0 lets the system choose. A handler that throws is a bug here and answers 500. */
export async function listen(handler: Handler, port = 0): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    handler(request, response).catch((error: unknown) => failed(response, error));
  });
  // AWS's clients keep connections for a minute and more; ending them sooner would break a call now and then.
  server.keepAliveTimeout = 120_000;
  // A large layer may be pushed for longer than Node's five minutes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, close };
}

function failed(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  response.writeHead(500, { 'content-type': 'text/plain' }).end(`development cloud: ${text}\n`);
}
