import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Task } from '@tidewaiter/shared/protocol';
import type { Assignment, Registry } from '../storage/index.ts';

/** What a sensor is told to do. @throws internal for a scan without repository or digest, which the queue never makes. */
export function taskOf(assignment: Assignment, registry: Registry): Task {
  const { id, provider, host, account, region, access } = registry;
  const assigned = { id, provider, host, account, region, access };
  const { kind, repository, digest } = assignment;
  if (kind !== 'scan') return { kind, registry: assigned };
  if (repository === null || digest === null) throw new TidewaiterError('internal', { which: `scan ${assignment.id} names no image` });
  return { kind, registry: assigned, repository, digest };
}
