import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { createAssignments } from '../../src/assignments/index.ts';
import { createCatalog } from '../../src/catalog/index.ts';
import { createFindings } from '../../src/findings/index.ts';
import { createIncidents } from '../../src/incidents/index.ts';
import { type Context, openStore, type Registry } from '../../src/storage/index.ts';
import { createTriggers, createWebhookKeys } from '../../src/triggers/index.ts';
import { Clock, createWorkspace, enrol, newId, registryOf } from './samples.ts';

export const firstPage = { cursor: null, limit: 100 };

/** The stages over a real SQLite, with one registry and one sensor; a test moves the clock. */
export async function plane(t: Test, change: Partial<Registry> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-'));
  const clock = new Clock();
  const store = await openStore(`sqlite:${join(folder, 'db')}`, clock);
  t.teardown(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const logged: { level: string; message: string }[] = [];
  const note = (level: string) => (_: object, message: string) => {
    logged.push({ level, message });
  };
  const log = { info: note('info'), warn: note('warn'), error: note('error') };
  const context: Context = { store, now: clock.now, newId, log };
  const findings = createFindings(context);
  const assignments = createAssignments(context, findings);
  const catalog = createCatalog(context, assignments);
  const triggers = createTriggers(context, assignments);
  const webhookKeys = createWebhookKeys(context, (length) => new Uint8Array(randomBytes(length)));
  const incidents = createIncidents(context);
  const workspaceId = await createWorkspace(store);
  const registry = registryOf(workspaceId, change);
  await store.registries.create(registry.workspaceId, registry);
  const sensor = await enrol(store, workspaceId);
  const stages = { findings, assignments, catalog, triggers, webhookKeys, incidents };
  return { store, clock, logged, context, ...stages, workspaceId, registry, sensor };
}
export type Plane = Awaited<ReturnType<typeof plane>>;

let events = 0;
/** An event as EventBridge posts it. */
export function pushBody(registry: Registry, detail: Record<string, unknown>, change: Record<string, unknown> = {}): string {
  const told = { result: 'SUCCESS', 'action-type': 'PUSH', 'repository-name': 'app', 'image-tag': 'latest', ...detail };
  events += 1;
  const envelope = { version: '0', id: `event-${events}`, 'detail-type': 'ECR Image Action', source: 'aws.ecr', resources: [] };
  return JSON.stringify({ ...envelope, account: registry.account, region: registry.region, detail: told, ...change });
}
