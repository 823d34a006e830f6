import type { Store } from '../port/store.ts';
import { assignmentStore } from './assignments.ts';
import { catalogStore } from './catalog.ts';
import type { Database } from './database.ts';
import { eventStore } from './events.ts';
import { factStore } from './facts.ts';
import { incidentStore } from './incidents.ts';
import { issuerKeyStore } from './issuer-keys.ts';
import { registryVerbs } from './registries.ts';
import { scanStore } from './scans.ts';
import { sensorStore } from './sensors.ts';
import { webhookKeyVerbs } from './webhook-keys.ts';
import { auditStore, tokenStore, workspaceStore } from './workspaces.ts';

export function storeOn(database: Database): Store {
  return {
    workspaces: workspaceStore(database),
    tokens: tokenStore(database),
    audit: auditStore(database),
    sensors: sensorStore(database),
    registries: { ...registryVerbs(database), ...webhookKeyVerbs(database) },
    events: eventStore(database),
    catalog: catalogStore(database),
    assignments: assignmentStore(database),
    facts: factStore(database),
    scans: scanStore(database),
    incidents: incidentStore(database),
    issuerKeys: issuerKeyStore(database),
    wakeups: database.wakeups,
    ping: () => database.ping(),
    close: () => database.close(),
  };
}
