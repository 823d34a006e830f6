import type { FrameBody } from '@tidewaiter/shared/protocol';
import { type Handling, type Reply, rfc3339 } from './handling.ts';

/** The sensor takes an offer: compare-and-swap to running, answered with the task and its grant. */
export async function handleAccept({ parts, sensor, leases, schema }: Handling, { assignmentId }: FrameBody<'accept'>): Promise<Reply> {
  leases.ended(assignmentId);
  const { grant, task, leaseExpiresAt } = await parts.work.accept(sensor, assignmentId);
  leases.held(grant, parts.monotonic());
  return { type: 'accepted', body: { grant, schema, task, leaseExpiresAt: rfc3339(leaseExpiresAt) } };
}
