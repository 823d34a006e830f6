import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import { chooseRules } from '../detectors/index.ts';
import { type LayerReading, readLayer } from '../layers/index.ts';
import { type NestedContent, withNestedContent } from '../nested/index.ts';
import { openFactTools } from './fact-tools.ts';
import { LayerFacts } from './layer-facts.ts';
import { CHUNK_BYTES, FINDINGS_PER_PAGE } from './limits.ts';
import type { ScannedFinding } from './sink.ts';
import { MessageQueue } from './message-queue.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.ts';

/**
 * One worker takes one layer after another, each whole: hash, decompress, tar, detect, redact, fingerprint. Its content and its secrets
 * never leave this thread.
 */
async function main(port: MessagePort, setup: WorkerSetup): Promise<void> {
  const queue = new MessageQueue<ToWorker>(port);
  let facts: LayerFacts | null = null;
  const { rules } = await chooseRules(setup.detectors);
  const { tools, memory } = openFactTools(setup, rules, (match) => facts?.matched(match));
  const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  for (;;) {
    const begin = await queue.next();
    if (begin.type !== 'begin') continue;
    try {
      facts = new LayerFacts(tools, (page) => send({ type: 'paths', page }, [page.hashes.buffer]));
      const content = withNestedContent(facts, memory.bytes, setup.limits);
      const reading = await readLayer(chunksOf(queue, setup.slots, send, content), memory, content, setup.limits.layer);
      await content.settle();
      verify(reading, begin);
      report(facts.finish(reading), send);
    } catch (error) {
      send(failureOf(error));
    }
  }
}

async function* chunksOf(
  queue: MessageQueue<ToWorker>,
  slots: SharedArrayBuffer,
  send: (message: FromWorker) => void,
  content: NestedContent,
): AsyncIterable<Uint8Array> {
  for (;;) {
    const message = await queue.next();
    if (message.type !== 'chunk') return;
    yield new Uint8Array(slots, message.slot * CHUNK_BYTES, message.length);
    await content.settle();
    send({ type: 'credit', slot: message.slot });
  }
}

/** @throws layer.size-mismatch, layer.digest-mismatch: nothing that was found may count then. */
function verify(reading: LayerReading, want: { readonly digest: string; readonly sizeBytes: number }): void {
  if (reading.blobBytes !== want.sizeBytes) {
    throw new TidewaiterError('layer.size-mismatch', { which: want.digest, got: `${reading.blobBytes} bytes`, want: `${want.sizeBytes}` });
  }
  if (reading.digest !== want.digest)
    throw new TidewaiterError('layer.digest-mismatch', { which: want.digest, got: reading.digest, want: want.digest });
}

function report(
  { findings, summary }: { readonly findings: readonly ScannedFinding<LayerFinding>[]; readonly summary: LayerSummary },
  send: (message: FromWorker) => void,
): void {
  for (let from = 0; from < findings.length; from += FINDINGS_PER_PAGE)
    send({ type: 'findings', findings: findings.slice(from, from + FINDINGS_PER_PAGE) });
  send({ type: 'done', summary });
}

/** Of an unexpected error only its name and place are told: its message may quote the content. */
function failureOf(error: unknown): FromWorker {
  if (error instanceof TidewaiterError) {
    const { which, got, want } = error.facts;
    return { type: 'failed', code: error.code, facts: { which, got, want } };
  }
  const place = error instanceof Error ? `${error.name} ${/\n[ \t]+(at .*)/.exec(error.stack ?? '')?.[1] ?? ''}` : 'an error';
  return { type: 'failed', code: 'internal', facts: { which: 'reading a layer', got: place.trim() } };
}

const setup: WorkerSetup = workerData;
if (parentPort) await main(parentPort, setup);
