import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import { Type } from 'typebox';
import type { HttpServer } from '../../http/index.ts';
import type { ApiParts } from '../parts.ts';
import { answers } from '../resources/problem.ts';

/** An EventBridge event is at most 256 KiB, an ECR image action about 1 KiB; EventBridge sends what a rule makes of it. */
const WEBHOOK_BODY_BYTES_MAX = 65_536;
/** Bodies being stored at once in one process: beyond it the database is what is slow, and EventBridge retries a 429. */
const IN_FLIGHT_MAX = 256;
/** EventBridge honours Retry-After; half a minute outlasts a restart of the database. */
const RETRY_AFTER_MS = 30_000;
/** EventBridge gives up after 5 s and says nothing; an answer before that says to come again later. */
const DEADLINE_MS = 2_000;

const Outcome = Type.Object({
  outcome: Type.Enum(['waiting', 'queued', 'duplicate', 'ignored', 'applied']),
  reason: Type.Union([Type.String(), Type.Null()]),
  eventId: Type.String(),
});

/**
 * `POST /api/webhooks/ecr`, called by an EventBridge API Destination: it retries 429 and 5xx only, so whatever an operator can
 * mend later is answered with 202. The body is taken as bytes: no content encoding, no Range, no media type changes it.
 */
export async function webhookRoutes(server: HttpServer, parts: ApiParts): Promise<void> {
  await server.register(async (scope) => {
    // Fastify refuses a malformed media type before any parser sees the body: an event would be lost for a header.
    scope.addHook('onRequest', async (request) => {
      request.raw.headers['content-type'] = 'application/octet-stream';
    });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: WEBHOOK_BODY_BYTES_MAX }, (_request, body, done) => done(null, body));
    const inFlight = { count: 0 };
    scope.post(
      '/api/webhooks/ecr',
      {
        bodyLimit: WEBHOOK_BODY_BYTES_MAX,
        schema: {
          tags: ['webhooks'],
          summary: 'Receive an ECR event from EventBridge (header x-tidewaiter-key)',
          response: answers({ 202: Outcome }),
        },
      },
      async (request, reply) => {
        const body = request.body;
        const answer = await receive(parts, request.headers['x-tidewaiter-key'], Buffer.isBuffer(body) ? body : Buffer.alloc(0), inFlight);
        return reply.code(202).send(answer);
      },
    );
  });
}

async function receive(parts: ApiParts, key: string | string[] | undefined, bytes: Buffer, inFlight: { count: number }) {
  if (inFlight.count >= IN_FLIGHT_MAX)
    throw new TidewaiterError('overloaded', { which: 'webhook', want: `at most ${IN_FLIGHT_MAX} at once`, retryAfterMs: RETRY_AFTER_MS });
  inFlight.count += 1;
  // Counted until the database is done with it, not until the answer: what waits for a locked database is bounded, too.
  const work = keep(parts, key, bytes).finally(() => {
    inFlight.count -= 1;
  });
  try {
    return await beforeDeadline(work);
  } catch (error) {
    throw laterIfStorage(error);
  }
}

async function keep(parts: ApiParts, key: string | string[] | undefined, bytes: Buffer) {
  const registry = await parts.webhookKeys.admit(typeof key === 'string' ? key : null, bytes.toString('utf8'));
  if (!registry) throw keyInvalid(key);
  const { outcome, outcomeReason, eventId } = await parts.triggers.receivePush(registry, textOf(bytes));
  return { outcome, reason: outcomeReason, eventId };
}

/** What is stored after the deadline all the same is a duplicate when EventBridge sends it again. */
async function beforeDeadline<T>(work: Promise<T>): Promise<T> {
  const late = new TidewaiterError('storage.unavailable', { which: 'database', got: `no answer within ${DEADLINE_MS} ms` });
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late), DEADLINE_MS);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

const keyInvalid = (key: string | string[] | undefined): TidewaiterError =>
  new TidewaiterError('webhook.key-invalid', {
    which: 'x-tidewaiter-key',
    got: key === undefined ? 'none' : 'a key that is not shown',
    remedy: 'Put a live key of the registry into the EventBridge connection: POST /api/v1/registries/{id}/webhook-keys makes one.',
  });

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TidewaiterError('webhook.body-invalid', { which: 'body', got: 'bytes that are no UTF-8', want: 'JSON', cause });
  }
}

/** Whatever keeps the event from being stored is worth a retry of EventBridge. */
function laterIfStorage(error: unknown): unknown {
  if (!hasCode(error, 'storage.unavailable', 'storage.full', 'storage.damaged')) return error;
  const code = error.code === 'storage.full' ? 'storage.full' : 'storage.unavailable';
  return new TidewaiterError(code, { ...error.facts, retryAfterMs: RETRY_AFTER_MS, cause: error });
}
