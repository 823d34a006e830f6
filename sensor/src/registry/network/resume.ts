import { setTimeout as sleep } from 'node:timers/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { RemoteSurroundings } from '../remote.ts';
import { abortedError, overdue } from './aborted.ts';
import { FAILURES_IN_ROW_MAX, OPEN_MS_MAX, PROGRESS_BYTES, PROGRESS_MS_MAX, RETRY_AFTER_MS_MAX, RETRY_WINDOW_MS } from './limits.ts';
import { type Answer, networkErrorOf } from './network.ts';

/** A blob that is fetched by as many connections as it takes. */
export interface Download {
  /** For errors: the digest and where it lies. */
  readonly which: string;
  readonly sizeBytes: number;
  /** Opens the blob from a byte on; null when the server has nothing from there on. What it throws is tried again if `retryable`. */
  open(fromByte: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null>;
  readonly around: RemoteSurroundings;
  /** How slow a server may be; the constants by default. */
  readonly patience?: { readonly openMs: number; readonly progressMs: number };
}

/**
 * The blob's bytes to the end that its server gives. A cut is taken up where it was, by Range; five failures in a row without progress
 * end it. Shorter than `sizeBytes` it ends only where the server says so: the reader compares the size.
 * @throws layer.download-failed, layer.size-mismatch past `sizeBytes`, cancelled, and what `open` throws for good.
 */
export async function* resumed(download: Download, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { which, sizeBytes, around } = download;
  let at = 0;
  for (let failures = 0, goal = PROGRESS_BYTES; ; ) {
    let failure = new TidewaiterError('registry.unreachable', { which, got: 'an early end', want: `${sizeBytes} bytes` });
    try {
      for await (const chunk of connection(download, at, signal)) {
        if (chunk === 'end') return;
        at += chunk.length;
        if (at > sizeBytes)
          throw new TidewaiterError('layer.size-mismatch', { which, got: `more than ${sizeBytes} bytes`, want: `${sizeBytes}` });
        yield chunk;
      }
      if (at === sizeBytes) return;
    } catch (error) {
      failure = networkErrorOf(error, which, signal);
    }
    if (signal.aborted) throw abortedError(signal, which);
    if (at >= goal) [failures, goal] = [0, at + PROGRESS_BYTES];
    failures++;
    if (!failure.retryable) throw failure;
    if (failures >= FAILURES_IN_ROW_MAX) throw givenUp(which, at, sizeBytes, failure);
    await pause(failure, failures, around.chance, signal);
  }
}

/** What one connection brings; `end` where the server has no more. One that is too slow is cut, and fails. */
async function* connection(download: Download, at: number, signal: AbortSignal): AsyncIterable<Uint8Array | 'end'> {
  const { openMs, progressMs } = download.patience ?? { openMs: OPEN_MS_MAX, progressMs: PROGRESS_MS_MAX };
  const cut = new AbortController();
  const either = AbortSignal.any([signal, cut.signal]);
  const timer = setTimeout(() => cut.abort(overdue(`no begin within ${openMs} ms`)), openMs);
  const body = await download.open(at, either).finally(() => clearTimeout(timer));
  if (body === null) yield 'end';
  else yield* steady(body, progressMs, download.around.monotonic, (reason) => cut.abort(reason));
}

/** Passes a body on while it brings PROGRESS_BYTES in `progressMs` of waiting. The time that the reader takes does not count. */
async function* steady(
  body: AsyncIterable<Uint8Array>,
  progressMs: number,
  monotonic: () => number,
  cut: (reason: DOMException) => void,
): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (let [bytes, waitedMs] = [0, 0]; ; ) {
      const began = monotonic();
      const timer = setTimeout(() => cut(overdue(`less than ${PROGRESS_BYTES} bytes in ${progressMs} ms`)), progressMs - waitedMs);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      [bytes, waitedMs] = [bytes + next.value.length, waitedMs + monotonic() - began];
      if (bytes >= PROGRESS_BYTES) [bytes, waitedMs] = [0, 0];
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

function givenUp(which: string, at: number, sizeBytes: number, last: TidewaiterError): TidewaiterError {
  return new TidewaiterError('layer.download-failed', {
    which,
    got: `${at} of ${sizeBytes} bytes; the last of ${FAILURES_IN_ROW_MAX} failures in a row: ${last.message}`,
    remedy: last.facts.remedy,
    retryAfterMs: last.facts.retryAfterMs,
    cause: last,
  });
}

/** Waits before the next try: as long as the server asks, and a random while. */
export async function pause({ facts }: TidewaiterError, failures: number, chance: () => number, signal: AbortSignal): Promise<void> {
  const asked = Math.min(facts.retryAfterMs ?? 0, RETRY_AFTER_MS_MAX);
  await sleep(asked + chance() * RETRY_WINDOW_MS * 2 ** (failures - 1), undefined, { signal }).catch(() => undefined);
}

/** The header that asks for a blob from a byte on. */
export const rangeFrom = (fromByte: number): Readonly<Record<string, string>> => (fromByte === 0 ? {} : { range: `bytes=${fromByte}-` });

/**
 * The body of a 200 or 206 from `fromByte` on; null for 416. A server that ignores Range sends the whole blob: its beginning is dropped.
 * @throws registry.answer-invalid for another range than was asked.
 */
export async function bodyFrom(answer: Answer, fromByte: number, which: string): Promise<AsyncIterable<Uint8Array> | null> {
  if (answer.status === 200) return fromByte === 0 ? answer.body : dropped(answer.body, fromByte);
  const range = answer.header('content-range') ?? 'no content-range';
  if (answer.status === 206 && range.startsWith(`bytes ${fromByte}-`)) return answer.body;
  // What nobody reads would hold its connection.
  await answer.discard();
  if (answer.status === 416) return null;
  throw new TidewaiterError('registry.answer-invalid', { which, got: range.slice(0, 100), want: `bytes ${fromByte}-` });
}

async function* dropped(body: AsyncIterable<Uint8Array>, count: number): AsyncIterable<Uint8Array> {
  let left = count;
  for await (const chunk of body) {
    const skip = Math.min(left, chunk.length);
    left -= skip;
    if (skip < chunk.length) yield chunk.subarray(skip);
  }
}

/** `Retry-After` in seconds, as ms; a date or nonsense is none. */
export function retryAfterMsOf(answer: Answer): number | undefined {
  const text = answer.header('retry-after');
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : undefined;
}
