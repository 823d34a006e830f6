import type { Assignments } from '../assignments/index.ts';
import type { Catalog, Registries } from '../catalog/index.ts';
import type { Gateway } from '../dispatch/index.ts';
import type { Findings } from '../findings/index.ts';
import type { Incidents } from '../incidents/index.ts';
import type { Issuer } from '../issuer/index.ts';
import type { Sensors } from '../sensors/index.ts';
import type { Triggers, WebhookKeys } from '../triggers/index.ts';
import type { Workspaces } from '../workspaces/index.ts';

/** What the routes are given by the composition root: the faces of the stages, and nothing of the database. */
export interface ApiParts {
  readonly now: () => number;
  /** Milliseconds that only grow, for waits. */
  readonly monotonic: () => number;
  readonly workspaces: Workspaces;
  readonly sensors: Sensors;
  readonly issuer: Issuer;
  readonly gateway: Pick<Gateway, 'disconnect'>;
  readonly assignments: Pick<Assignments, 'queue' | 'cancel' | 'resume' | 'fetch' | 'fetchLive' | 'list' | 'listNewest'>;
  readonly registries: Registries;
  readonly catalog: Omit<Catalog, 'accept'>;
  readonly triggers: Pick<Triggers, 'receivePush' | 'request' | 'distrust' | 'listEvents' | 'countEvents'>;
  readonly webhookKeys: WebhookKeys;
  readonly findings: Pick<Findings, 'fetchScan' | 'listScans' | 'listen' | 'countExcluded'>;
  readonly incidents: Incidents;
  /** Resolves when what the program depends on answers. @throws storage.unavailable and its kin. */
  readonly ready: () => Promise<void>;
  /** URL under which this control plane is known; `aud` of sensors' assertions. */
  readonly publicUrl: () => string;
  /** Aborted when the program shuts down: whoever waits answers at once. */
  readonly closing: AbortSignal;
}
