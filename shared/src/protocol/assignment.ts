import { type Static, Type } from 'typebox';
import { closed, DigestField, IdField } from '../fields/index.ts';

/** Live ones (pending, offered, running), then how work ends. */
export const assignmentStates = ['pending', 'offered', 'running', 'succeeded', 'failed', 'cancelled', 'expired'] as const;
/** One of `assignmentStates`. */
export type AssignmentState = (typeof assignmentStates)[number];

/** What a sensor may be given to do; see TaskSchema. */
export const assignmentKinds = ['sync', 'scan', 'test'] as const;
/** One of `assignmentKinds`. */
export type AssignmentKind = (typeof assignmentKinds)[number];

/** How the sensor gets credentials for a registry; one entry a way. */
export const RegistryAccessSchema = Type.Union([
  Type.Object(
    { method: Type.Literal('web-identity'), roleArn: Type.String({ pattern: '^arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]{1,512}$' }) },
    closed,
  ),
  Type.Object({ method: Type.Literal('host-role') }, closed),
  Type.Object({ method: Type.Literal('anonymous') }, closed),
]);
/** Tagged by `method`; holds no secret. */
export type RegistryAccess = Static<typeof RegistryAccessSchema>;

/** The registry an assignment works on. `account` and `region` are null for an OCI host. */
export const AssignedRegistrySchema = Type.Object(
  {
    id: IdField,
    provider: Type.Enum(['ecr', 'oci']),
    host: Type.String({ maxLength: 255 }),
    account: Type.Union([Type.String({ pattern: '^\\d{12}$' }), Type.Null()]),
    region: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
    access: RegistryAccessSchema,
  },
  closed,
);
/** What of a registry its sensor is told. */
export type AssignedRegistry = Static<typeof AssignedRegistrySchema>;

/** `sync` lists repositories and images; `scan` reads one root digest; `test` proves access. `digest` may come with no tag left. */
export const TaskSchema = Type.Union([
  Type.Object({ kind: Type.Literal('sync'), registry: AssignedRegistrySchema }, closed),
  Type.Object(
    { kind: Type.Literal('scan'), registry: AssignedRegistrySchema, repository: Type.String({ maxLength: 256 }), digest: DigestField },
    closed,
  ),
  Type.Object({ kind: Type.Literal('test'), registry: AssignedRegistrySchema }, closed),
]);
/** Tagged by `kind`. */
export type Task = Static<typeof TaskSchema>;

/** An assignment under a lease. `attempt` is the fencing token of every later word about it. */
export const GrantSchema = Type.Object({ assignmentId: IdField, attempt: Type.Integer({ minimum: 1 }) }, closed);
/** The right to work on an assignment, until its lease ends or it is attempted anew. */
export type Grant = Static<typeof GrantSchema>;

/** What a heartbeat says of a running assignment, for people to watch. */
export const ProgressSchema = Type.Object(
  {
    phase: Type.Enum(['credentials', 'manifest', 'layers', 'listing', 'reporting']),
    layersDone: Type.Integer({ minimum: 0 }),
    layersTotal: Type.Integer({ minimum: 0 }),
    bytesDone: Type.Integer({ minimum: 0 }),
    bytesTotal: Type.Integer({ minimum: 0 }),
  },
  closed,
);
/** Counts of layers, and of compressed bytes. */
export type Progress = Static<typeof ProgressSchema>;
