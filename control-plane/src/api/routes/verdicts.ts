import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Static, Type } from 'typebox';
import type { Scan } from '../../findings/index.ts';
import { type HttpServer, notFound } from '../../http/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import { answers } from '../resources/problem.ts';
import { DigestParams } from '../resources/registry.ts';
import { ref } from '../resources/schema.ts';
import { VerdictSchema, VerdictStateSchema, viewVerdict } from '../resources/work.ts';

/** Longest wait of one request: under the idle time-out of load balancers (60 s) plus their slack. */
const WAIT_SECONDS_MAX = 60;
/** Requests waiting at once in one process: each is a timer and a socket, no database connection. */
const WAITERS_MAX = 1_000;
/** Wake-ups are hints: a waiter also looks by itself this often. */
const LOOK_MS = 5_000;
/** When a pipeline should ask again. */
const RETRY_AFTER_SECONDS = 5;

const Query = Type.Object(
  { waitSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: WAIT_SECONDS_MAX, default: 0 })) },
  { additionalProperties: false },
);

type Look = { readonly scan: Scan } | { readonly state: Static<typeof VerdictStateSchema>['state'] };

export function verdictRoutes(server: HttpServer, parts: ApiParts): void {
  const waiters = { count: 0 };
  server.get(
    '/verdicts/:digest',
    {
      schema: {
        tags: ['verdicts'],
        summary: 'The verdict on a digest, waiting for it if need be',
        params: DigestParams,
        querystring: Query,
        response: answers({ 200: ref(VerdictSchema), 202: ref(VerdictStateSchema) }),
      },
    },
    async (request, reply) => {
      const { workspaceId } = identityOf(request);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const waitMs = (request.query.waitSeconds ?? 0) * 1000;
      const look = await waitForVerdict(parts, workspaceId, request.params.digest, { waitMs, waiters, gone: gone.signal });
      if ('scan' in look) return reply.code(200).send(viewVerdict(look.scan));
      return reply.code(202).header('retry-after', String(RETRY_AFTER_SECONDS)).send({ state: look.state });
    },
  );
}

interface Wait {
  readonly waitMs: number;
  readonly waiters: { count: number };
  readonly gone: AbortSignal;
}

/** Looks, then sleeps until a wake-up, and looks again; between looks it holds nothing of the database. */
async function waitForVerdict(parts: ApiParts, workspaceId: string, digest: string, { waitMs, waiters, gone }: Wait): Promise<Look> {
  if (waitMs === 0) return lookUp(parts, workspaceId, digest);
  if (waiters.count >= WAITERS_MAX) throw new TidewaiterError('overloaded', { which: 'waiting requests', want: `at most ${WAITERS_MAX}` });
  const alarm = new Alarm(AbortSignal.any([gone, parts.closing]));
  const stop = parts.findings.listen(workspaceId, () => alarm.ring());
  waiters.count += 1;
  try {
    const end = parts.monotonic() + waitMs;
    for (;;) {
      const look = await lookUp(parts, workspaceId, digest);
      const left = end - parts.monotonic();
      if ('scan' in look || left <= 0 || alarm.isOver) return look;
      await alarm.sleep(Math.min(left, LOOK_MS));
    }
  } finally {
    waiters.count -= 1;
    stop();
  }
}

/** A sleep that a wake-up ends early; one that comes between two sleeps ends the next at once. */
class Alarm {
  readonly #over: AbortSignal;
  #rang = false;
  #wake: (() => void) | null = null;

  constructor(over: AbortSignal) {
    this.#over = over;
  }

  get isOver(): boolean {
    return this.#over.aborted;
  }

  ring(): void {
    this.#rang = true;
    this.#wake?.();
  }

  async sleep(ms: number): Promise<void> {
    if (!this.#rang && !this.isOver) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        this.#over.addEventListener('abort', this.#wake, { once: true });
      });
      if (this.#wake) this.#over.removeEventListener('abort', this.#wake);
    }
    this.#wake = null;
    this.#rang = false;
  }
}

/** @throws resource.not-found only for a digest that stands solely in repositories outside the perimeter. */
async function lookUp(parts: ApiParts, workspaceId: string, digest: string): Promise<Look> {
  const scan = await parts.findings.fetchScan(workspaceId, digest);
  if (scan) return { scan };
  const live = await parts.assignments.fetchLive(workspaceId, digest);
  if (live) return { state: live.state };
  const watched = await parts.catalog.countWatched(workspaceId, digest);
  if (watched === null) return { state: 'unknown' };
  if (watched === 0) throw notFound(`${digest} in the perimeter`);
  // Listed and watched: its scan is about to be queued.
  return { state: 'pending' };
}
