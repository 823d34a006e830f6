import { agreeOnSchema, type FrameBody, LEASE_MS, LEASE_RENEW_MS, PROTOCOL_VERSION } from '@tidewaiter/shared/protocol';
import { type Handling, type Reply, rfc3339 } from './handling.ts';

/** Opens a session: both agree on versions, every lease that the sensor does not name is free at once, and what it refused is open to it again. */
export async function handleHello({ parts, sensor, leases }: Handling, hello: FrameBody<'hello'>): Promise<Reply> {
  const schema = agreeOnSchema('hello', hello);
  const now = parts.now();
  await parts.store.sensors.update(sensor.workspaceId, sensor.id, {
    version: hello.sensorVersion,
    engine: hello.engine,
    lastSeenAt: now,
  });
  await parts.work.reconsider(sensor);
  const held = await parts.work.resume(sensor, hello.leases);
  for (const grant of held) leases.held(grant, parts.monotonic());
  return {
    type: 'welcome',
    body: {
      protocol: PROTOCOL_VERSION,
      schema,
      sensorId: sensor.id,
      workspaceId: sensor.workspaceId,
      leaseMs: LEASE_MS,
      leaseRenewMs: LEASE_RENEW_MS,
      serverTime: rfc3339(now),
      leases: [...held],
    },
  };
}
