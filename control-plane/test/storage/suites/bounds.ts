import type { Test } from 'tap';
import type { Stores } from '../conformance.ts';
import { assignmentOf, createWorkspace, digestOf, enrol, registryOf } from '../samples.ts';

/** As the stores have it: what one sweep takes, so that no transaction grows with the installation. */
const EXPIRE_ROWS = 500;

/** Named bounds of the stores, at the bound and one beyond. */
export async function boundsSuite(t: Test, stores: Stores): Promise<void> {
  for (const leases of [EXPIRE_ROWS, EXPIRE_ROWS + 1])
    await t.test(`of ${leases} leases that ran out together one sweep frees ${EXPIRE_ROWS}, the next one the rest`, async (t) => {
      const store = await stores.open(t);
      const workspaceId = await createWorkspace(store);
      const registry = registryOf(workspaceId);
      await store.registries.create(workspaceId, registry);
      const sensor = await enrol(store, workspaceId);
      const running = Array.from({ length: leases }, (_, at) =>
        assignmentOf(registry, {
          digest: digestOf(`image ${at}`),
          state: 'running',
          attempt: 1,
          sensorId: sensor.id,
          leaseExpiresAt: at === 0 ? 11 : 10,
        }),
      );
      await store.assignments.createAll(workspaceId, running);
      const sweeps = [];
      for (let sweep = 0; sweep < 3; sweep += 1) sweeps.push((await store.assignments.expire(11, 5)).freed);
      t.same(
        sweeps.map((freed) => freed.length),
        [EXPIRE_ROWS, leases - EXPIRE_ROWS, 0],
      );
      t.equal(new Set(sweeps.flat().map(({ id }) => id)).size, leases, 'each is freed once');
      const last = sweeps.flat().at(-1);
      if (leases > EXPIRE_ROWS) t.equal(last?.id, running[0]?.id, 'what ran out last is freed last');
    });
}
