import { openStore } from '../../src/storage/index.ts';
import { newId, systemClock } from './samples.ts';

/** Writes audit entries until it is killed and says the id of each that was acknowledged. Arguments: the database file, the workspace. */
const [path = '', workspaceId = ''] = process.argv.slice(2);
const store = await openStore(`sqlite:${path}`, systemClock);
for (;;) {
  const id = newId();
  await store.audit.create(workspaceId, {
    id,
    at: 1,
    actor: 'system',
    action: 'test',
    subject: 's',
    details: { text: 'x'.repeat(2_000) },
  });
  process.stdout.write(`${id}\n`);
}
