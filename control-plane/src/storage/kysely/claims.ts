import { engineKey } from '@tidewaiter/shared/findings';
import type { AssignmentState } from '@tidewaiter/shared/protocol';
import type { LayerClaimAnswer } from '../port/facts.ts';
import type { FactStore } from '../port/store.ts';
import { holdGrant } from './assignment-rows.ts';
import type { Database, Session } from './database.ts';

/** Who reads which layer. A claim ends with its assignment or its lease; the grant to deliver that comes with it stays. */
export function claimVerbs(database: Database): Pick<FactStore, 'claim'> {
  return {
    claim: (workspaceId, sensorId, grant, engine, digests, leaseMs, nowMs) =>
      database.write(async (session) => {
        const assignment = await holdGrant(database, session, workspaceId, sensorId, grant);
        if (!assignment) return null;
        const wanted = [...new Set(digests)].sort();
        const key = engineKey(engine);
        const known = await knownOf(session, workspaceId, key, wanted);
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

async function knownOf(session: Session, workspaceId: string, key: string, digests: readonly string[]): Promise<ReadonlySet<string>> {
  if (digests.length === 0) return new Set();
  const rows = await session
    .selectFrom('layers')
    .select('digest')
    .where('workspaceId', '=', workspaceId)
    .where('engineKey', '=', key)
    .where('digest', 'in', digests)
    .execute();
  return new Set(rows.map((row) => row.digest));
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

/** @internal with its assignment's end. */
export async function freeClaims(session: Session, workspaceId: string, assignmentId: string): Promise<void> {
  await session.deleteFrom('layerClaims').where('workspaceId', '=', workspaceId).where('assignmentId', '=', assignmentId).execute();
}

/** @internal The states of the partial index assignments_live. */
export const live: readonly AssignmentState[] = ['pending', 'offered', 'running'];

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
