import { engineKey } from '@tidewaiter/shared/findings';
import type { FactStore } from '../port/facts.ts';
import type { Database, Session } from './database.ts';
import type { PathKind } from './tables.ts';

/*
 * A layer's path index: per kind its hashes sorted, cut into blocks, each under its first hash. Asking for a few hashes reads a few
 * blocks, whatever the layer's size, and a million paths are some 250 rows, not a million.
 */

const HASH_BYTES = 8;
/** Hashes in a block: 32 KiB, a few pages of the database. */
const BLOCK_HASHES = 4_096;
const kinds: readonly PathKind[] = ['files', 'directories', 'whiteouts', 'opaques'];

export function pathVerbs(database: Database): Pick<FactStore, 'fetchPaths'> {
  return {
    fetchPaths: (workspaceId, layerDigest, engine, hashes) =>
      database.read(async (session) => {
        const layer = { workspaceId, digest: layerDigest, engineKey: engineKey(engine) };
        const starts = await listStarts(session, layer);
        const found: Record<PathKind, Set<string>> = { files: new Set(), directories: new Set(), whiteouts: new Set(), opaques: new Set() };
        for (const kind of kinds) {
          const wanted = byBlock(starts.get(kind) ?? [], hashes);
          if (wanted.size === 0) continue;
          for (const block of await fetchBlocks(session, layer, kind, [...wanted.keys()]))
            for (const hash of wanted.get(block.firstHash) ?? []) if (holds(block.hashes, hash)) found[kind].add(hash);
        }
        return found;
      }),
  };
}

interface LayerKey {
  readonly workspaceId: string;
  readonly digest: string;
  readonly engineKey: string;
}

async function listStarts(session: Session, layer: LayerKey): Promise<ReadonlyMap<PathKind, readonly string[]>> {
  const rows = await session
    .selectFrom('layerPaths')
    .select(['kind', 'firstHash'])
    .where('workspaceId', '=', layer.workspaceId)
    .where('digest', '=', layer.digest)
    .where('engineKey', '=', layer.engineKey)
    .orderBy('kind')
    .orderBy('firstHash')
    .execute();
  return new Map(kinds.map((kind) => [kind, rows.filter((row) => row.kind === kind).map((row) => row.firstHash)]));
}

function fetchBlocks(session: Session, layer: LayerKey, kind: PathKind, starts: readonly string[]) {
  return session
    .selectFrom('layerPaths')
    .select(['firstHash', 'hashes'])
    .where('workspaceId', '=', layer.workspaceId)
    .where('digest', '=', layer.digest)
    .where('engineKey', '=', layer.engineKey)
    .where('kind', '=', kind)
    .where('firstHash', 'in', starts)
    .execute();
}

/** The hashes by the one block that could hold each: the last that starts at or before it. */
function byBlock(starts: readonly string[], hashes: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const blocks = new Map<string, string[]>();
  for (const hash of hashes) {
    const start = starts[lastAtOrBefore(starts.length, (at) => (starts[at] as string) <= hash)];
    if (start === undefined) continue;
    const members = blocks.get(start);
    if (members) members.push(hash);
    else blocks.set(start, [hash]);
  }
  return blocks;
}

function holds(block: Uint8Array, hash: string): boolean {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const wanted = BigInt(`0x${hash}`);
  const at = lastAtOrBefore(block.byteLength / HASH_BYTES, (index) => view.getBigUint64(index * HASH_BYTES) <= wanted);
  return at >= 0 && view.getBigUint64(at * HASH_BYTES) === wanted;
}

/** Binary search: the last index for which `isAtOrBefore` holds, or -1. */
function lastAtOrBefore(length: number, isAtOrBefore: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAtOrBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** @internal sorts the pages of one kind, drops doubles, and cuts them into blocks. */
export function blocksOf(pages: readonly Uint8Array[]): readonly { readonly firstHash: string; readonly hashes: Uint8Array }[] {
  const bytes = Buffer.concat(pages);
  const sorted = new BigUint64Array(bytes.byteLength / HASH_BYTES);
  const target = Buffer.from(sorted.buffer);
  bytes.copy(target);
  target.swap64();
  sorted.sort();
  const unique = dropDoubles(sorted);
  const sortedBytes = Buffer.from(unique.buffer, unique.byteOffset, unique.byteLength).swap64();
  const blocks = [];
  for (let at = 0; at < sortedBytes.length; at += BLOCK_HASHES * HASH_BYTES) {
    const hashes = sortedBytes.subarray(at, at + BLOCK_HASHES * HASH_BYTES);
    blocks.push({ firstHash: hashes.toString('hex', 0, HASH_BYTES), hashes });
  }
  return blocks;
}

function dropDoubles(sorted: BigUint64Array): BigUint64Array {
  let kept = 0;
  for (const hash of sorted) if (kept === 0 || sorted[kept - 1] !== hash) sorted[kept++] = hash;
  return sorted.subarray(0, kept);
}
