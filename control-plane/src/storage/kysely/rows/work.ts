import type { EngineIdentity } from '@tidewaiter/shared/findings';
import type { AssignmentKind, AssignmentState, Failure, Progress } from '@tidewaiter/shared/protocol';
import type { Trigger } from '../../port/assignments.ts';
import type { Json } from '../columns.ts';

export interface Assignments {
  workspaceId: string;
  id: string;
  kind: AssignmentKind;
  registryId: string;
  repository: string | null;
  digest: string | null;
  trigger: Trigger;
  priority: number;
  state: AssignmentState;
  attempt: number;
  sensorId: string | null;
  engine: Json<EngineIdentity | null>;
  leaseExpiresAt: number | null;
  progress: Json<Progress | null>;
  failure: Json<Failure | null>;
  timings: Json<Readonly<Record<string, number>> | null>;
  notBefore: number;
  createdAt: number;
  offeredAt: number | null;
  acceptedAt: number | null;
  finishedAt: number | null;
  /** Kind, registry, repository and digest: at most one live assignment each. */
  workKey: string;
  offerExpiresAt: number | null;
  refused: number;
  strandedAt: number | null;
  /** Failed without a word of its sensor, and its verdict is not made yet. */
  verdictOwed: 0 | 1;
}

export interface AssignmentRefusals {
  workspaceId: string;
  assignmentId: string;
  sensorId: string;
  failure: Json<Failure>;
  refusedAt: number;
}

export interface LayerClaims {
  workspaceId: string;
  digest: string;
  engineKey: string;
  sensorId: string;
  assignmentId: string;
  leaseExpiresAt: number;
}

export interface LayerGrants {
  workspaceId: string;
  digest: string;
  engineKey: string;
  sensorId: string;
  grantedAt: number;
}
