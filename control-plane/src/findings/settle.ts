import {
  type Coverage,
  type EngineIdentity,
  emptyCoverage,
  engineKey,
  gapOfUnread,
  sumCoverage,
  type Verdict,
  verdictOf,
} from '@tidewaiter/shared/findings';
import { severityOf } from '../incidents/index.ts';
import type { Context, RootFacts, Scan } from '../storage/index.ts';
import type { ScanEnd } from './face.ts';
import { excludedCountsOf, filteredSights, type FilteredSight, isReported } from './exclusion.ts';

type Unread = Scan['unread'];

/** Looks again at one root: whoever changes its ground more often than this within milliseconds changes it once more later. */
const AGAIN_MAX = 3;

/**
 * See Findings.settle. The verdict follows from the facts alone, so settling again gives the same one. The end of an index is the end of
 * its children too: a pipeline may wait on the digest of one platform.
 */
export async function settle(
  context: Context,
  workspaceId: string,
  digest: string,
  engine: EngineIdentity,
  end?: ScanEnd,
): Promise<Scan | null> {
  const judged = await settleOne(context, workspaceId, digest, engine, end);
  const children = end ? (judged?.images ?? []).filter((image) => image !== digest) : [];
  // Each by what counts for itself: it may be placed in registries that its index is not.
  for (const child of children) await settleOne(context, workspaceId, child, engine, end);
  return judged?.scan ?? null;
}

/** Makes the verdicts on a root and on the images below it anew, where there are any. Returns how many. */
export async function settleAnew(context: Context, workspaceId: string, digest: string, engine: EngineIdentity): Promise<number> {
  const judged = await settleOne(context, workspaceId, digest, engine, undefined);
  let settled = Number(judged !== null);
  for (const child of judged?.images ?? [])
    if (child !== digest && (await settleOne(context, workspaceId, child, engine, undefined))) settled++;
  return settled;
}

interface Judged {
  readonly scan: Scan;
  /** All that is known at and below the root. */
  readonly images: readonly string[];
  /** Whether it is still filtered as it should be: a change may have come in between. */
  readonly isCurrent: () => Promise<boolean>;
}

async function settleOne(
  context: Context,
  workspaceId: string,
  digest: string,
  engine: EngineIdentity,
  end: ScanEnd | undefined,
): Promise<Judged | null> {
  const { facts } = context.store;
  const before = end ? null : await lastScan(context, workspaceId, digest, engine);
  if (!end && !before && !(await facts.isComplete(workspaceId, digest, engine))) return null;
  let judged = await judgeRoot(context, workspaceId, digest, engine, before, end);
  // What was missing may have become a fact and settled this root, or exclusions may have changed, between our look and our word.
  const isOutdated = async ({ scan, isCurrent }: Judged): Promise<boolean> =>
    (scan.unread.length > 0 && (await facts.isComplete(workspaceId, digest, engine))) || !(await isCurrent());
  for (let again = 0; again < AGAIN_MAX && (await isOutdated(judged)); again++)
    judged = await judgeRoot(context, workspaceId, digest, engine, judged.scan, undefined);
  return judged;
}

/**
 * A verdict without an end is as old as the one before it, or as the manifest under it: facts may come late, from a spool, and must not
 * make the verdict of an engine that was replaced meanwhile the latest.
 */
async function judgeRoot(
  context: Context,
  workspaceId: string,
  digest: string,
  engine: EngineIdentity,
  before: Scan | null,
  end: ScanEnd | undefined,
): Promise<Judged> {
  const { store } = context;
  const facts = await store.facts.fetchRoot(workspaceId, digest, engine);
  const open = facts ? openOf(facts) : [digest];
  const disputed = new Set(facts?.disputed);
  const unread = open.map((missing) => (disputed.has(missing) ? dispute(missing) : reasonOf(missing, end, before)));
  const { sights, isCurrent } = await filteredSights(store, workspaceId, engine, facts);
  const scannedAt = end ? context.now() : (before?.scannedAt ?? facts?.reportedAt ?? context.now());
  const scan = scanOf(context, workspaceId, digest, engine, facts, unread, sights, { ...(end ?? endOf(before)), scannedAt });
  return { scan: await record(context, scan, sights), images: facts?.images.map((image) => image.digest) ?? [], isCurrent };
}

/** Layers and manifests that nobody who counts for this root has read under this engine, or of which others there say otherwise. */
function openOf({ images, missing, disputed }: RootFacts): readonly string[] {
  const unknown = images.flatMap((image) => image.layers.filter((layer) => layer.summary === null).map((layer) => layer.digest));
  return [...new Set([...missing, ...unknown, ...disputed])];
}

async function lastScan(context: Context, workspaceId: string, digest: string, engine: EngineIdentity): Promise<Scan | null> {
  const scan = await context.store.scans.fetchLatest(workspaceId, digest);
  return scan?.engineKey === engineKey(engine) ? scan : null;
}

const dispute = (digest: string): Unread[number] => ({
  digest,
  code: 'fact.disputed',
  detail: 'Sensors reported different results for it; see the audit log for which.',
});

function reasonOf(digest: string, end: ScanEnd | undefined, before: Scan | null): Unread[number] {
  const told = end?.unread.find((unread) => unread.digest === digest)?.failure ?? end?.failure;
  if (told) return { digest, code: told.code, detail: told.detail };
  const earlier = before?.unread.find((unread) => unread.digest === digest);
  return earlier ?? { digest, code: 'layer.download-failed', detail: 'The scan ended without reading it.' };
}

/** A verdict without an end keeps the end of the verdict before it. */
function endOf(before: Scan | null): Pick<ScanEnd, 'state'> {
  const verdict = before?.verdict;
  return { state: verdict === 'gone' || verdict === 'archived' || verdict === 'failed' ? verdict : 'succeeded' };
}

function scanOf(
  { newId }: Context,
  workspaceId: string,
  digest: string,
  engine: EngineIdentity,
  facts: RootFacts | null,
  unread: Unread,
  sights: readonly FilteredSight[],
  { state, scannedAt }: Pick<ScanEnd, 'state'> & Pick<Scan, 'scannedAt'>,
): Scan {
  const coverage = coverageOf(facts, unread);
  const counts = countsOf(sights);
  const reportedFindings = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const verdict = judge(verdictOf({ reportedFindings, complete: coverage.complete }), state, facts !== null);
  const { ruleSetHash } = engine;
  return {
    workspaceId,
    id: newId(),
    digest,
    engineKey: engineKey(engine),
    ruleSetHash,
    verdict,
    coverage,
    counts,
    unread,
    scannedAt,
    excluded: excludedCountsOf(sights),
  };
}

/**
 * Only where the facts leave something open, the way the scan ended says why. 'failed' is for an image of which nothing is known: where
 * its manifest was read, 'incomplete' and the list of what is unread say more.
 */
function judge(byFacts: 'clean' | 'findings' | 'incomplete', end: ScanEnd['state'], isKnown: boolean): Verdict {
  if (byFacts !== 'incomplete' || end === 'succeeded') return byFacts;
  return end === 'failed' && isKnown ? 'incomplete' : end;
}

/** Each distinct layer once, however many platforms have it. */
function coverageOf(facts: RootFacts | null, unread: Unread): Coverage {
  const images = facts?.images ?? [];
  const layers = new Map(images.flatMap((image) => image.layers.map((layer) => [layer.digest, layer.summary?.coverage] as const)));
  const read = [...layers.values()].filter((coverage) => coverage !== undefined);
  return sumCoverage([...images.map((image) => image.coverage), ...read, ...unread.map(gapOf)]);
}

function gapOf({ digest, code }: Unread[number]): Coverage {
  return { ...emptyCoverage, gaps: [gapOfUnread(digest, code)], complete: false };
}

function countsOf(sights: readonly FilteredSight[]): Readonly<Record<string, number>> {
  const findings = new Map(sights.filter(isReported).map(({ finding }) => [finding.id, finding.confidence]));
  const counts: Record<string, number> = {};
  for (const confidence of findings.values()) counts[confidence] = (counts[confidence] ?? 0) + 1;
  return counts;
}

async function record({ store, now, newId, log }: Context, scan: Scan, sights: readonly FilteredSight[]): Promise<Scan> {
  const seen = sights.map((sight) => ({
    findingId: sight.finding.id,
    imageDigest: sight.imageDigest,
    visibility: sight.visibility,
    reported: isReported(sight),
    excludedBy: sight.excludedBy,
    severity: severityOf({ detector: sight.finding.detector, confidence: sight.finding.confidence, visibility: sight.visibility }),
  }));
  const { created, reopened } = await store.scans.create(scan.workspaceId, scan, seen, newId, now());
  const { workspaceId, digest, verdict } = scan;
  log.info({ workspaceId, digest, verdict, created: created.length, reopened: reopened.length }, 'verdict');
  await store.wakeups.notify(`verdicts:${workspaceId}`);
  return scan;
}
