import type { FrameBody } from '@tidewaiter/shared/protocol';
import { type Handling, type Reply, rfc3339 } from './handling.ts';

/** Renews leases and tells which work to stop. */
export async function handleHeartbeat({ parts, sensor, leases }: Handling, heartbeat: FrameBody<'heartbeat'>): Promise<Reply> {
  const verdicts = await parts.work.renew(sensor, heartbeat.leases);
  const now = parts.now();
  await parts.store.sensors.update(sensor.workspaceId, sensor.id, { lastSeenAt: now });
  const going = new Set(verdicts.filter(({ verdict }) => verdict === 'continue').map(({ assignmentId }) => assignmentId));
  for (const { grant } of heartbeat.leases) {
    if (going.has(grant.assignmentId)) leases.held(grant, parts.monotonic());
    else leases.ended(grant.assignmentId);
  }
  return { type: 'leases', body: { serverTime: rfc3339(now), verdicts: [...verdicts] } };
}
