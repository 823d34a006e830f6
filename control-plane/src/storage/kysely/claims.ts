import { engineKey } from '@tidewaiter/shared/findings';
import type { AssignmentState } from '@tidewaiter/shared/protocol';
import type { FactStore, LayerClaimAnswer } from '../port/facts.ts';
import { holdGrant } from './assignment-rows.ts';
import type { Database, Session } from './database.ts';
import { layersNamedBy, reportedBy, walk } from './manifest-tree.ts';
import type { Scope } from './roots.ts';
import { standingOf } from './witnesses.ts';

/** Who reads which layer. A claim ends with its assignment or its lease; the grant to deliver that comes with it stays. */
export function claimVerbs(database: Database): Pick<FactStore, 'claim'> {
  return {
    claim: (workspaceId, sensorId, grant, engine, digests, leaseMs, nowMs) =>
      database.write(async (session) => {
        const assignment = await holdGrant(database, session, workspaceId, sensorId, grant);
        if (!assignment) return null;
        const wanted = [...new Set(digests)].sort();
        const key = engineKey(engine);
        const scope = { workspaceId, engineKey: key };
        const named = await layersOf(session, scope, assignment.digest, sensorId);
        const foreign = wanted.filter((digest) => !named.has(digest));
        if (foreign.length > 0) return { foreign };
        const known = await knownOf(session, scope, wanted, assignment.registryId);
        const open = wanted.filter((digest) => !known.has(digest));
        const claim = { workspaceId, engineKey: key, sensorId, assignmentId: assignment.id, leaseExpiresAt: nowMs + leaseMs };
        const yours = await take(session, open, claim, nowMs);
        return answer(digests, known, yours);
      }),
  };
}

function answer(digests: readonly string[], known: ReadonlySet<string>, yours: ReadonlySet<string>): LayerClaimAnswer {
  const unique = [...new Set(digests)];
  return {
    known: unique.filter((digest) => known.has(digest)),
    yours: unique.filter((digest) => yours.has(digest)),
    wait: unique.filter((digest) => !known.has(digest) && !yours.has(digest)),
  };
}

/** What this sensor may claim: the layers of the manifests that it reported itself, from the root down. */
async function layersOf(session: Session, scope: Scope, root: string | null, sensorId: string): Promise<ReadonlySet<string>> {
  if (root === null) return new Set();
  const { manifests } = await walk(session, scope, root, reportedBy(session, scope, sensorId));
  return layersNamedBy(session, scope, [...manifests.keys()]);
}

async function knownOf(session: Session, scope: Scope, digests: readonly string[], registryId: string): Promise<ReadonlySet<string>> {
  if (digests.length === 0) return new Set();
  const rows = await session
    .selectFrom('layers')
    .select('digest')
    .where('workspaceId', '=', scope.workspaceId)
    .where('engineKey', '=', scope.engineKey)
    .where('digest', 'in', digests)
    .execute();
  const facts = rows.map((row) => row.digest);
  return (await standingOf(session, 'layerWitnesses', scope, facts, [registryId])).counted;
}

interface Claim {
  readonly workspaceId: string;
  readonly engineKey: string;
  readonly sensorId: string;
  readonly assignmentId: string;
  readonly leaseExpiresAt: number;
}

/** Digests come sorted, so that two claimers lock rows in one order and cannot wait for each other. */
async function take(session: Session, digests: readonly string[], claim: Claim, nowMs: number): Promise<ReadonlySet<string>> {
  if (digests.length === 0) return new Set();
  const taken = await session
    .insertInto('layerClaims')
    .values(digests.map((digest) => ({ ...claim, digest })))
    .onConflict((conflict) =>
      conflict
        .columns(['workspaceId', 'digest', 'engineKey'])
        .doUpdateSet({ sensorId: claim.sensorId, assignmentId: claim.assignmentId, leaseExpiresAt: claim.leaseExpiresAt })
        .where((eb) => eb.or([eb('layerClaims.leaseExpiresAt', '<=', nowMs), eb('layerClaims.assignmentId', '=', claim.assignmentId)])),
    )
    .returning('digest')
    .execute();
  if (taken.length === 0) return new Set();
  const { workspaceId, engineKey: key, sensorId } = claim;
  await session
    .insertInto('layerGrants')
    .values(taken.map(({ digest }) => ({ workspaceId, digest, engineKey: key, sensorId, grantedAt: nowMs })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return new Set(taken.map((row) => row.digest));
}

/** @internal with its assignment's lease. */
export async function renewClaims(session: Session, workspaceId: string, assignmentId: string, leaseExpiresAt: number): Promise<void> {
  await session
    .updateTable('layerClaims')
    .set({ leaseExpiresAt })
    .where('workspaceId', '=', workspaceId)
    .where('assignmentId', '=', assignmentId)
    .execute();
}

/** @internal with the result it was for. */
export async function freeClaim(
  session: Session,
  { workspaceId, digest, engineKey: key, sensorId }: Omit<Claim, 'assignmentId' | 'leaseExpiresAt'> & { readonly digest: string },
): Promise<void> {
  await session
    .deleteFrom('layerClaims')
    .where('workspaceId', '=', workspaceId)
    .where('digest', '=', digest)
    .where('engineKey', '=', key)
    .where('sensorId', '=', sensorId)
    .execute();
}

/** @internal with its assignment's end. */
export async function freeClaims(session: Session, workspaceId: string, assignmentId: string): Promise<void> {
  await session.deleteFrom('layerClaims').where('workspaceId', '=', workspaceId).where('assignmentId', '=', assignmentId).execute();
}

/** The states of the partial index assignments_live. */
const live: readonly AssignmentState[] = ['pending', 'offered', 'running'];

/** @internal */
export async function cancelAssignments(
  session: Session,
  workspaceId: string,
  filter: { readonly id?: string; readonly registryId?: string },
  nowMs: number,
): Promise<number> {
  if (filter.id === undefined && filter.registryId === undefined) return 0;
  const rows = await session
    .updateTable('assignments')
    .set({ state: 'cancelled', finishedAt: nowMs, leaseExpiresAt: null })
    .where('workspaceId', '=', workspaceId)
    .where('state', 'in', live)
    .$if(filter.id !== undefined, (query) => query.where('id', '=', filter.id ?? ''))
    .$if(filter.registryId !== undefined, (query) => query.where('registryId', '=', filter.registryId ?? ''))
    .returning('id')
    .execute();
  for (const row of rows) await freeClaims(session, workspaceId, row.id);
  return rows.length;
}
