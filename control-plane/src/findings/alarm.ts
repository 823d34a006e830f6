import { type EngineIdentity, engineKey } from '@tidewaiter/shared/findings';
import type { Context, Sensor } from '../storage/index.ts';

/** One digest, one engine, two results: a sensor that lies, or an engine that is not deterministic. What is there stays. */
export async function raiseAlarm(
  { store, log, now, newId }: Context,
  sensor: Sensor,
  engine: EngineIdentity,
  kind: 'layer' | 'manifest',
  digest: string,
): Promise<void> {
  const { workspaceId, id: sensorId } = sensor;
  log.error({ workspaceId, sensorId, digest, engine: engineKey(engine) }, `a sensor reported another result for a known ${kind}`);
  const actor = `sensor:${sensorId}`;
  const details = { engine: engineKey(engine) };
  await store.audit.create(workspaceId, { id: newId(), at: now(), actor, action: `${kind}.conflict`, subject: digest, details });
}
