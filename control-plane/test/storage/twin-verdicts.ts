import { emptyCoverage, engineKey, type Verdict } from '@tidewaiter/shared/findings';
import type { Scan, Store } from '../../src/storage/index.ts';
import { engine, noneExcluded } from './samples.ts';
import { digests, type Life, newIdsOf, type Step, timeIn } from './twin-names.ts';

/* The part of a life that makes verdicts of facts, and incidents of verdicts. */

const { root, child, lone, plain, lost, quiet } = digests;

const scanIn = (life: Life, digest: string, verdict: Verdict, ms: number, change: Partial<Scan> = {}): Scan => ({
  workspaceId: life.w,
  id: `scan of ${digest.slice(7, 15)}`,
  digest,
  engineKey: engineKey(engine),
  ruleSetHash: `rules ${life.kind}`,
  verdict,
  coverage: emptyCoverage,
  counts: { certain: life.kind },
  unread: [],
  scannedAt: timeIn(life, ms),
  excluded: noneExcluded,
  ...change,
});

type Seen = Parameters<Store['scans']['create']>[2][number];
const seenIn = (findingId: string, imageDigest: string, change: Partial<Seen> = {}): Seen => ({
  findingId,
  imageDigest,
  visibility: 'visible',
  reported: true,
  severity: 'medium',
  excludedBy: [],
  ...change,
});

/** Sightings in `root`, of which exclusions may hide those of the base. */
const sightsOf = ({ kind }: Life, hidden: readonly string[] = []): readonly Seen[] => [
  seenIn('base finding 1', child, { reported: hidden.length === 0, excludedBy: hidden, visibility: kind === 0 ? 'visible' : 'deleted' }),
  seenIn('base finding 1', lone, { reported: hidden.length === 0, excludedBy: hidden }),
  seenIn('top finding 1', child),
  seenIn('lone finding', lone, { severity: kind === 0 ? 'low' : 'critical' }),
  ...(kind === 0 ? [] : [seenIn('lone finding', child)]),
];

/** Ids of the first three incidents and their notes; the others give the first life's first to their third, and its third to their first. */
function firstIdsOf({ kind }: Life): () => string {
  if (kind === 0) return newIdsOf('made 1');
  const turned = [5, 6, 3, 4, 1, 2];
  return () => `made 1 00${turned.shift()}`;
}

const createIn =
  ({ store, w }: Life) =>
  (scan: Scan, seen: readonly Seen[], ids: string | (() => string)): Step => [
    'scans.create',
    () => store.scans.create(w, scan, seen, typeof ids === 'string' ? newIdsOf(ids) : ids),
  ];

/** Verdicts and incidents, and what people do with them. */
export function judge(life: Life): readonly Step[] {
  const { store, w, kind } = life;
  const at = (ms: number) => timeIn(life, ms);
  const activity = (id: string) => ({ id, at: at(43), actor: `token:${kind}`, action: 'change', details: { kind } });
  const create = createIn(life);
  const early = { id: 'early', author: 'a', text: 'before there is an incident', createdAt: at(39) };
  return [
    ['incidents.createNote', () => store.incidents.createNote(w, 'made 1 001', early)],
    create(scanIn(life, root, kind === 0 ? 'findings' : 'incomplete', 40), sightsOf(life), firstIdsOf(life)),
    create(scanIn(life, plain, kind === 0 ? 'clean' : 'failed', 41), [], 'made 2'),
    create(scanIn(life, lost, kind === 0 ? 'gone' : 'clean', 42), [], 'made 3'),
    create(scanIn(life, quiet, kind === 0 ? 'clean' : 'gone', 42), [], 'made 9'),
    [
      'incidents.update',
      () =>
        store.incidents.update(
          w,
          'made 1 001',
          { severity: kind === 0 ? 'low' : 'critical' },
          activity(kind === 0 ? 'change 1' : 'our last change'),
        ),
    ],
    [
      'incidents.createNote',
      () => store.incidents.createNote(w, 'made 1 001', { id: 'note', author: 'a', text: `of ${kind}`, createdAt: at(44) }),
    ],
    create(scanIn(life, root, 'findings', 45 + kind), sightsOf(life, kind < 2 ? ['preset'] : []), 'made 4'),
  ];
}

/** What is hidden or resolved comes back; the same secret in another image, and one that is in no image of `app`. */
export function reopen(life: Life): readonly Step[] {
  const { store, w } = life;
  const hidden = { reported: false, excludedBy: ['preset'] };
  const base = seenIn('base finding 1', child, hidden);
  const activity = { id: 'resolved', at: timeIn(life, 52), actor: 'token:1', action: 'resolve', details: {} };
  const create = createIn(life);
  return [
    create(scanIn(life, root, 'findings', 50), sightsOf(life), 'made 5'),
    // The base's is hidden, and the top's is not there at all: only the first is closed.
    create(scanIn(life, root, 'findings', 51), [base, seenIn('lone finding', lone)], 'made 51'),
    ['incidents.update', () => store.incidents.update(w, 'made 1 003', { status: 'resolved', resolvedAt: timeIn(life, 52) }, activity)],
    create(scanIn(life, root, 'clean', 53), [base, seenIn('lone finding', lone, hidden)], 'made 52'),
    create(scanIn(life, root, 'findings', 53), [...sightsOf(life), seenIn('top finding 2', lone, { severity: 'critical' })], 'made 6'),
    create(scanIn(life, child, 'findings', 54, { engineKey: 'another' }), [seenIn('lone finding', child, { severity: 'high' })], 'made 7'),
    create(scanIn(life, plain, 'findings', 55), [seenIn('plain finding', plain)], 'made 8'),
    create(scanIn(life, quiet, 'findings', 56), [seenIn('top finding 2', quiet)], 'made 91'),
    // An image that has no place of its own here.
    create(scanIn(life, lone, 'clean', 57), [seenIn('lone finding', lone, hidden)], 'made 92'),
  ];
}
