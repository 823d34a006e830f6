import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { rawProblem, requestError, sendProblem } from './problem.ts';

/** Fastify as `createHttpServer` makes it: schemas of TypeBox are the types of what its routes get and answer. */
export type HttpServer = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

/** Headers and a slow request may take this long together: a slow-loris holds a socket no longer. */
const REQUEST_TIMEOUT_MS = 30_000;
/** How often Node looks for those that took longer; its own half a minute would double the bound. */
const REQUEST_LOOK_MS = 1_000;
/** An assertion or a token, and what proxies add. */
const HEADER_BYTES_MAX = 16_384;
/** Longer than a load balancer's idle time-out (60 s by default), so that the balancer closes first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** Sensors (2,000), waiting pipelines (1,000) and the rest: HTTP/1.1 answers one request a connection at a time, so this bounds all work. */
const CONNECTIONS_MAX = 4_096;
/** Paths of ours are short; this bounds router work. */
const PARAM_LENGTH_MAX = 256;

/** `bodyBytesMax` in bytes: a larger body is refused with request.too-large. */
export interface HttpServerOptions {
  readonly log: FastifyBaseLogger;
  readonly bodyBytesMax: number;
  /** For tests. */
  readonly connectionsMax?: number;
  /** For tests. */
  readonly requestTimeoutMs?: number;
}

/**
 * A Fastify server that validates with TypeBox (bodies are never coerced nor stripped), answers every error as problem+json, and
 * serializes plainly: what a route returns is what is sent.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const server = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyBytesMax,
    // Node swaps the two when that of the headers (60 s by default) is the longer one: a slow body would have twice the time.
    http: { connectionsCheckingInterval: REQUEST_LOOK_MS, maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: requestTimeoutMs },
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, requestError(error, options.bodyBytesMax)),
    clientErrorHandler({ code }, socket) {
      if (socket.writable) socket.end(rawProblem(brokenRequest(code)));
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  server.server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX;
  server.setValidatorCompiler(TypeBoxValidatorCompiler);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  answerErrors(server, options.bodyBytesMax);
  server.addHook('onRequest', async ({ raw: { headers } }, reply) => {
    // Many clients name JSON on every request; where there is no body, its media type says nothing. Fastify would ask for the body.
    if (headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0') delete headers['content-type'];
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  server.addHook('onResponse', async (request, reply) => logAnswer(request, reply));
  return server;
}

/** What Node's HTTP parser refused, by the code it gave. */
function brokenRequest(code: string): TidewaiterError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new TidewaiterError('request.timeout', { which: 'HTTP message', want: `all of it within ${REQUEST_TIMEOUT_MS / 1000} s` });
    case 'HPE_HEADER_OVERFLOW':
      return new TidewaiterError('request.too-large', { which: 'request headers', want: `at most ${HEADER_BYTES_MAX} bytes` });
    default:
      return new TidewaiterError('request.invalid', { which: 'HTTP message', got: 'bytes that are no HTTP/1.1 request' });
  }
}

/** One line a request, by the route's pattern: a URL may hold what is none of a log's business, a body always may. */
function logAnswer(request: FastifyRequest, reply: FastifyReply): void {
  const { method } = request;
  const facts = { method, route: request.routeOptions.url ?? null, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
  const isNews = reply.statusCode >= 400 || (method !== 'GET' && method !== 'HEAD');
  request.log[isNews ? 'info' : 'debug'](facts, 'answered');
}

function answerErrors(server: Pick<HttpServer, 'setErrorHandler' | 'setNotFoundHandler'>, bodyBytesMax: number): void {
  server.setErrorHandler((error, request, reply) => {
    const known = requestError(error, bodyBytesMax);
    if (!(known instanceof TidewaiterError)) request.log.error({ err: error }, 'a request failed for an unexpected reason');
    return sendProblem(reply, known);
  });
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new TidewaiterError('resource.not-found', { which: `${request.method} ${request.url.split('?')[0] ?? ''}` })),
  );
}
