import { type Static, type TSchema, Type } from 'typebox';
import { DigestField, IdField, TimeField } from '../fields/index.ts';
import { EngineIdentitySchema } from '../findings/index.ts';
import { assignmentKinds, GrantSchema, ProgressSchema, TaskSchema } from './assignment.ts';
import { FailureSchema } from './failure.ts';
import { CLAIM_DIGESTS_MAX, LEASES_MAX, VERSIONS_MAX } from './limits.ts';
import { ReportSchema } from './reports.ts';

const Versions = Type.Array(Type.Integer(), { maxItems: VERSIONS_MAX });
/** What the payload beside it is written in; decodeFrame looks at it before the payload. */
const PayloadSchema = Type.Integer({ minimum: 1 });

/**
 * Every frame type with the shape of its body. Unknown members are let through (a newer side may send them), unknown types are
 * ignored and counted. Which side sends it, and what answers it, stands in docs/protocol.md.
 */
export const frames = {
  // sensor -> control plane
  hello: Type.Object({
    sensorVersion: Type.String({ maxLength: 64 }),
    protocols: Versions,
    schemas: Versions,
    engine: EngineIdentitySchema,
    concurrency: Type.Integer({ minimum: 1, maximum: 64 }),
    /** Leases it still holds; what it does not name is free at once. */
    leases: Type.Array(GrantSchema, { maxItems: LEASES_MAX }),
    clock: TimeField,
  }),
  accept: Type.Object({ assignmentId: IdField }),
  heartbeat: Type.Object({ leases: Type.Array(Type.Object({ grant: GrantSchema, progress: ProgressSchema }), { maxItems: LEASES_MAX }) }),
  claim: Type.Object({
    grant: GrantSchema,
    engine: EngineIdentitySchema,
    digests: Type.Array(DigestField, { maxItems: CLAIM_DIGESTS_MAX }),
  }),
  'token-request': Type.Object({ grant: GrantSchema }),
  /** `schema`: the one the report was spooled in, which may be older than the session. */
  report: Type.Object({ reportId: IdField, schema: PayloadSchema, report: ReportSchema }),
  goodbye: Type.Object({ reason: Type.String({ maxLength: 256 }) }),

  // control plane -> sensor
  welcome: Type.Object({
    protocol: Type.Integer(),
    schema: Type.Integer(),
    sensorId: IdField,
    workspaceId: IdField,
    leaseMs: Type.Integer(),
    leaseRenewMs: Type.Integer(),
    serverTime: TimeField,
    /** Of the leases in hello, those that are still the sensor's. */
    leases: Type.Array(GrantSchema),
  }),
  offer: Type.Object({ assignmentId: IdField, kind: Type.Enum([...assignmentKinds]) }),
  /** `schema`: the one that welcome named; the task is written in it. */
  accepted: Type.Object({ grant: GrantSchema, schema: PayloadSchema, task: TaskSchema, leaseExpiresAt: TimeField }),
  leases: Type.Object({
    serverTime: TimeField,
    verdicts: Type.Array(Type.Object({ assignmentId: IdField, verdict: Type.Enum(['continue', 'cancel']) })),
  }),
  claimed: Type.Object({
    known: Type.Array(DigestField),
    yours: Type.Array(DigestField),
    wait: Type.Array(DigestField),
    retryAfterMs: Type.Integer({ minimum: 0 }),
  }),
  token: Type.Object({ token: Type.String({ maxLength: 4_096 }), expiresAt: TimeField }),
  ack: Type.Object({}),
  cancel: Type.Object({ grant: GrantSchema }),
  drain: Type.Object({ retryAfterMs: Type.Integer({ minimum: 0 }) }),

  // either side
  error: FailureSchema,
} as const satisfies Record<string, TSchema>;

/** A key of `frames`. */
export type FrameType = keyof typeof frames;
/** The body of a frame of type T. */
export type FrameBody<T extends FrameType> = Static<(typeof frames)[T]>;
/** A frame as it was decoded, tagged by `type`; `replyTo` is the id of the frame it answers. */
export type Frame = {
  [T in FrameType]: { readonly v: 1; readonly type: T; readonly id: string; readonly replyTo?: string; readonly body: FrameBody<T> };
}[FrameType];
