import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { EngineIdentity } from '@tidewaiter/shared/findings';
import { type LayerDone, type LayerPage, PATH_HASHES_PER_PAGE } from '@tidewaiter/shared/protocol';
import type { Context, LayerPart, Sensor } from '../storage/index.ts';
import { raiseAlarm } from './alarm.ts';
import { settle } from './settle.ts';

const HASH_BYTES = 8;
/** Findings of one layer: the sensor cuts far below (limit-findings); a larger number is a lie or a bug. */
const LAYER_FINDINGS_MAX = 100_000;
/** Pages of one layer: room for LAYER_FINDINGS_MAX findings and some 500 million paths. */
const LAYER_PAGES_MAX = 10_000;

/** @throws claim.missing, protocol.frame-invalid. */
export async function acceptPage(context: Context, sensor: Sensor, report: LayerPage): Promise<void> {
  const { digest, engine, page } = report;
  if (page >= LAYER_PAGES_MAX) throw invalid(digest, `page ${page}`, `below ${LAYER_PAGES_MAX}`);
  const part: LayerPart = { page, paths: pathsOf(report), findings: report.findings ?? [] };
  const granted = await context.store.facts.createLayerPart(sensor.workspaceId, sensor.id, engine, digest, part, context.now());
  if (!granted) throw unclaimed(digest);
}

function pathsOf({ digest, paths }: LayerPage): LayerPart['paths'] {
  if (paths === undefined) return null;
  const hashes = Buffer.from(paths.hashes, 'base64');
  if (hashes.length % HASH_BYTES === 0 && hashes.length <= PATH_HASHES_PER_PAGE * HASH_BYTES) return { kind: paths.kind, hashes };
  throw invalid(digest, `${hashes.length} bytes of path hashes`, `a multiple of ${HASH_BYTES}, at most ${PATH_HASHES_PER_PAGE} hashes`);
}

/** @throws claim.missing, protocol.out-of-order, protocol.frame-invalid. */
export async function acceptDone(context: Context, sensor: Sensor, { engine, summary, pages }: LayerDone): Promise<void> {
  if (pages > LAYER_PAGES_MAX) throw invalid(summary.digest, `${pages} pages`, `at most ${LAYER_PAGES_MAX}`);
  if (summary.findings > LAYER_FINDINGS_MAX) throw invalid(summary.digest, `${summary.findings} findings`, `at most ${LAYER_FINDINGS_MAX}`);
  const { store, now, newId } = context;
  const ids = Array.from({ length: summary.findings }, newId);
  const made = await store.facts.createLayer(sensor.workspaceId, sensor.id, engine, summary, pages, ids, now());
  switch (made) {
    case 'unclaimed':
      throw unclaimed(summary.digest);
    case 'parts-missing':
      throw new TidewaiterError('protocol.out-of-order', {
        which: `layer ${summary.digest}: its pages and findings are not all there`,
        want: `${pages} pages with ${summary.findings} findings`,
        remedy: 'Send all pages of the layer again, then its summary.',
      });
    case 'conflict':
      await raiseAlarm(context, sensor, engine, 'layer', summary.digest);
      return settleRoots(context, sensor.workspaceId, summary.digest, engine);
    case 'created':
    case 'known':
      // Again for a known one: a crash may have come between the fact and the verdicts.
      return settleRoots(context, sensor.workspaceId, summary.digest, engine);
  }
}

async function settleRoots(context: Context, workspaceId: string, digest: string, engine: EngineIdentity): Promise<void> {
  for (const root of await context.store.facts.listRootsOfLayer(workspaceId, digest, engine))
    await settle(context, workspaceId, root, engine);
}

const unclaimed = (digest: string): TidewaiterError =>
  new TidewaiterError('claim.missing', { which: `layer ${digest}`, remedy: 'Claim the layer under this engine first.' });
const invalid = (digest: string, got: string, want: string): TidewaiterError =>
  new TidewaiterError('protocol.frame-invalid', { which: `report on layer ${digest}`, got, want });
