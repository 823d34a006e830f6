import type { Assignments } from '../assignments/index.ts';
import type { Catalog } from '../catalog/index.ts';
import type { Gateway } from '../dispatch/index.ts';
import type { Incidents } from '../incidents/index.ts';
import type { Issuer } from '../issuer/index.ts';
import type { Sensors } from '../sensors/index.ts';
import type { Context } from '../storage/index.ts';
import type { Triggers } from '../triggers/index.ts';
import type { Workspaces } from '../workspaces/index.ts';

/** What the routes are given by the composition root. They read lists from `store`; whatever changes something goes through a stage. */
export interface ApiParts extends Context {
  readonly random: (length: number) => Uint8Array;
  readonly workspaces: Workspaces;
  readonly sensors: Sensors;
  readonly issuer: Issuer;
  readonly gateway: Pick<Gateway, 'disconnect'>;
  readonly assignments: Pick<Assignments, 'queue' | 'cancel' | 'resume'>;
  readonly catalog: Pick<Catalog, 'queueUnscanned'>;
  readonly triggers: Pick<Triggers, 'receivePush' | 'rejectPush' | 'request' | 'distrust'>;
  readonly incidents: Incidents;
  /** URL under which this control plane is known; `aud` of sensors' assertions. */
  readonly publicUrl: () => string;
  /** Aborted when the program shuts down: whoever waits answers at once. */
  readonly closing: AbortSignal;
}
