import { digestOf, engine, hashesOf, pathHashOf } from './samples.ts';
import { digests, keyOf, type Life, sensorsOf, type Step } from './twin-names.ts';

const first = { cursor: null, limit: 100 };

/**
 * The first page of a layer: paths that every life has, and some of its own, more than the first life has. That of the first life is the
 * first of all by its hash: blocks that begin at another's first would not be found here.
 */
export const pageZero = (kind: number) => {
  const own = Array.from({ length: 1 + kind }, (_, at) => `home/own ${kind} ${at}`);
  return { page: 0, paths: { kind: 'files' as const, hashes: hashesOf(['srv/app/.env', 'etc/second', ...own]) }, findings: [] };
};

const asked = new Set(['srv/app/.env', 'etc/second', 'etc/gone', 'home/own 0 0', 'home/own 1 0', 'home/own 2 0'].map(pathHashOf));

/** What a workspace's facts, verdicts and incidents look like from within. */
function readResults(life: Life): readonly Step[] {
  const { store, w } = life;
  const { facts, scans, incidents } = store;
  const ofEach = (named: readonly string[], ask: (digest: string) => Promise<unknown>) => () => Promise.all(named.map(ask));
  const { root, child, lone, plain, lost, bundle, base, top } = digests;
  const images = [root, child, lone, plain, lost, bundle];
  const made = ['made 1 001', 'made 1 003', 'made 1 005'];
  return [
    ['facts.fetchRoot', ofEach(images, (digest) => facts.fetchRoot(w, digest, engine))],
    ['facts.isComplete', ofEach(images, (digest) => facts.isComplete(w, digest, engine))],
    ['facts.listRootsOfLayer', ofEach([base, top], (digest) => facts.listRootsOfLayer(w, digest, engine))],
    ['facts.fetchPaths', ofEach([base, top], (digest) => facts.fetchPaths(w, digest, engine, asked))],
    ['scans.fetchLatest', ofEach(images, (digest) => scans.fetchLatest(w, digest))],
    ['scans.list', ofEach(images, (digest) => scans.list(w, { digest }, first))],
    ['scans.listDigests', () => scans.listDigests(w, 'registry', first)],
    ['scans.countExcluded', () => scans.countExcluded(w, 'registry')],
    ['incidents.fetch', ofEach(made, (id) => incidents.fetch(w, id))],
    ['incidents.list', () => incidents.list(w, {}, first)],
    ['incidents.list', ofEach(images, (digest) => incidents.list(w, { digest }, first))],
    ['incidents.list', () => incidents.list(w, { repositoryId: 'repository app' }, first)],
    ['incidents.listNotes', ofEach(made, (id) => incidents.listNotes(w, id, first))],
    ['incidents.listActivity', ofEach(made, (id) => incidents.listActivity(w, id, first))],
    ['incidents.listOccurrences', ofEach(made, (id) => incidents.listOccurrences(w, id, first))],
    ['incidents.count', () => incidents.count(w)],
  ];
}

function readCatalog(life: Life): readonly Step[] {
  const { store, w } = life;
  const { catalog, events, registries } = store;
  const { root, child, lone, plain } = digests;
  return [
    ['registries.fetch', () => registries.fetch(w, 'registry')],
    ['registries.list', () => registries.list(w, first)],
    ['registries.listWebhookKeys', () => registries.listWebhookKeys(w, 'registry')],
    ['registries.countRejections', () => registries.countRejections(w, 'registry')],
    ['registries.fetchByWebhookKey', () => registries.fetchByWebhookKey(keyOf(life))],
    ['events.list', () => events.list(w, 'registry', first)],
    ['events.count', () => events.count(w, 'registry')],
    ['catalog.fetchRepository', () => catalog.fetchRepository(w, 'repository app')],
    ['catalog.fetchRepositoryByName', () => catalog.fetchRepositoryByName(w, 'registry', 'app')],
    ['catalog.listRepositories', () => catalog.listRepositories(w, 'registry', first)],
    ['catalog.listPlacements', () => catalog.listPlacements(w, {}, first)],
    ['catalog.listPlacements', () => catalog.listPlacements(w, { digest: root }, first)],
    ['catalog.countWatched', () => Promise.all([root, child, plain].map((digest) => catalog.countWatched(w, digest)))],
    ['catalog.fetchPlacementByTag', () => catalog.fetchPlacementByTag(w, 'repository app', 'v1')],
    ['catalog.listUnscanned', () => catalog.listUnscanned(w, 'registry', null, first)],
    ['catalog.listChildren', () => catalog.listChildren(w, [child, lone, plain, digestOf('no child')])],
  ];
}

/** Every read of one workspace, asked for what all of them have. */
export function readsOf(life: Life): readonly Step[] {
  const { store, w } = life;
  const { assignments, audit, sensors, tokens } = store;
  const { one, two } = sensorsOf(life);
  const grant = { assignmentId: 'scan one', attempt: 1 };
  return [
    ['tokens.list', () => tokens.list(w, first)],
    ['tokens.fetch', () => tokens.fetch(w, 'token')],
    ['audit.list', () => audit.list(w, first)],
    ['sensors.list', () => sensors.list(w, first)],
    ['sensors.fetch', () => sensors.fetch(w, one)],
    ['sensors.listEnrolmentTokens', () => sensors.listEnrolmentTokens(w, first)],
    ['assignments.list', () => assignments.list(w, {}, first)],
    ['assignments.list', () => assignments.list(w, { digest: digests.root }, first)],
    ['assignments.fetch', () => assignments.fetch(w, 'scan one')],
    ['assignments.listNewest', () => assignments.listNewest(w, digests.root, 3)],
    ['assignments.fetchLive', () => assignments.fetchLive(w, digests.child)],
    ['assignments.isCurrent', () => Promise.all([one, two].map((sensorId) => assignments.isCurrent(w, sensorId, grant)))],
    ['assignments.listRefusals', () => assignments.listRefusals(w, ['refused', 'last'], 9)],
    ['assignments.count', () => assignments.count(w)],
    ...readCatalog(life),
    ...readResults(life),
  ];
}
