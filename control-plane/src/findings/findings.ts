import { TidewaiterError } from '@tidewaiter/shared/errors';
import { engineKey } from '@tidewaiter/shared/findings';
import { LEASE_MS, type ManifestReport } from '@tidewaiter/shared/protocol';
import type { Context, Sensor } from '../storage/index.ts';
import { raiseAlarm } from './alarm.ts';
import { absorbChildren } from './children.ts';
import { countExcluded } from './exclusion.ts';
import type { Findings } from './face.ts';
import { acceptDone, acceptPage } from './layers.ts';
import { judgeAnew } from './judge-anew.ts';
import { settle } from './settle.ts';

/** How long the pages of a layer wait for its end: a sensor whose spool waits longer than a week has lost its disk. */
const UNFINISHED_LAYERS_MS = 7 * 86_400_000;

/** Takes what sensors report, and settles verdicts from it. */
export function createFindings(context: Context): Findings {
  const { store, now } = context;
  return {
    async claim(sensor, grant, engine, digests) {
      const answer = await store.facts.claim(sensor.workspaceId, sensor.id, grant, engine, digests, LEASE_MS, now());
      if (!answer) throw stale(grant.assignmentId, grant.attempt);
      if ('foreign' in answer) throw foreign(sensor, answer.foreign);
      return answer;
    },
    accept(sensor, report) {
      switch (report.kind) {
        case 'layer-page':
          return acceptPage(context, sensor, report);
        case 'layer-done':
          return acceptDone(context, sensor, report);
        case 'manifest':
          return acceptManifest(context, sensor, report);
      }
    },
    settle: (workspaceId, digest, engine, end) => settle(context, workspaceId, digest, engine, end),
    judgeAnew: () => judgeAnew(context),
    prune: () => store.facts.prune(now() - UNFINISHED_LAYERS_MS),
    countExcluded: (workspaceId, registryId) => countExcluded(context, workspaceId, registryId),
    fetchScan: (workspaceId, digest) => store.scans.fetchLatest(workspaceId, digest),
    listScans: (workspaceId, filter, page) => store.scans.list(workspaceId, filter, page),
    listen: (workspaceId, wake) => store.wakeups.listen(`verdicts:${workspaceId}`, wake),
  };
}

async function acceptManifest(context: Context, sensor: Sensor, { kind: _kind, grant, ...manifest }: ManifestReport): Promise<void> {
  const { store, now, newId } = context;
  const { workspaceId } = sensor;
  const assignment = await store.assignments.fetch(workspaceId, grant.assignmentId);
  if (assignment?.digest == null || !(await store.assignments.isCurrent(workspaceId, sensor.id, grant)))
    throw stale(grant.assignmentId, grant.attempt);
  if (assignment.engine === null || engineKey(manifest.engine) !== engineKey(assignment.engine)) throw foreignEngine(manifest.digest);
  const made = await store.facts.createManifest(workspaceId, sensor.id, manifest, newId, now());
  if (made === 'refused') throw stale(grant.assignmentId, grant.attempt);
  if (made === 'conflict') await raiseAlarm(context, sensor, manifest.engine, 'manifest', manifest.digest);
  if (manifest.shape === 'index') await absorbChildren(context, workspaceId, assignment, manifest);
  // All its layers may be known already, from other images.
  await settle(context, workspaceId, assignment.digest, manifest.engine);
  if (manifest.digest !== assignment.digest) await settle(context, workspaceId, manifest.digest, manifest.engine);
}

const foreign = ({ id }: Sensor, digests: readonly string[]): TidewaiterError =>
  new TidewaiterError('protocol.frame-invalid', {
    which: `claim of sensor ${id}`,
    got: `${digests[0]}${digests.length > 1 ? ` and ${digests.length - 1} more` : ''}`,
    want: 'layers that the manifests it reported under this grant name',
    remedy: 'Report the manifests first, and wait for their acknowledgement.',
  });

const foreignEngine = (digest: string): TidewaiterError =>
  new TidewaiterError('protocol.frame-invalid', {
    which: `manifest report of ${digest}`,
    got: 'another engine than the assignment was accepted with',
    want: 'the same',
    remedy: 'A sensor keeps its engine while it works: let it accept the work anew.',
  });

const stale = (assignmentId: string, attempt: number): TidewaiterError =>
  new TidewaiterError('assignment.stale', { which: `assignment ${assignmentId}`, got: `attempt ${attempt}` });
