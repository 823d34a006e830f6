import { type Static, Type } from 'typebox';
import type { EnrolmentToken, Sensor } from '../../sensors/index.ts';
import type { ApiToken, AuditEntry, Workspace } from '../../workspaces/index.ts';
import { Id, named, nullable, Time, timeOf, timeOrNull } from './schema.ts';

export const RoleSchema = Type.Enum(['owner', 'manager', 'member', 'viewer']);

const token = {
  id: Id,
  name: Type.String(),
  role: RoleSchema,
  createdAt: Time,
  expiresAt: nullable(Time),
  revokedAt: nullable(Time),
  lastUsedAt: nullable(Time),
};
export const TokenSchema = named('Token', token, 'An API token; the token itself is shown once, when it is made.');
export const NewTokenSchema = named(
  'NewToken',
  { ...token, token: Type.String({ description: 'Shown only now.' }) },
  'An API token just made.',
);

export function viewToken(item: ApiToken): Static<typeof TokenSchema> {
  const { id, name, role } = item;
  const ends = { expiresAt: timeOrNull(item.expiresAt), revokedAt: timeOrNull(item.revokedAt), lastUsedAt: timeOrNull(item.lastUsedAt) };
  return { id, name, role, createdAt: timeOf(item.createdAt), ...ends };
}

const enrolmentToken = {
  id: Id,
  registryIds: nullable(Type.Array(Id)),
  usesLeft: Type.Integer(),
  createdAt: Time,
  expiresAt: Time,
  revokedAt: nullable(Time),
};
export const EnrolmentTokenSchema = named('EnrolmentToken', enrolmentToken, 'Lets sensors enrol; `registryIds` null means every registry.');
export const NewEnrolmentTokenSchema = named(
  'NewEnrolmentToken',
  { ...enrolmentToken, token: Type.String({ description: 'Shown only now.' }) },
  'An enrolment token just made.',
);

export function viewEnrolmentToken(item: EnrolmentToken): Static<typeof EnrolmentTokenSchema> {
  const { id, usesLeft } = item;
  const registryIds = item.registryIds === null ? null : [...item.registryIds];
  const times = { createdAt: timeOf(item.createdAt), expiresAt: timeOf(item.expiresAt), revokedAt: timeOrNull(item.revokedAt) };
  return { id, registryIds, usesLeft, ...times };
}

const sensorMembers = {
  id: Id,
  name: Type.String(),
  registryIds: nullable(Type.Array(Id)),
  version: nullable(Type.String()),
  engine: nullable(
    Type.Object({
      fingerprintKeyId: Type.String(),
      engineVersion: Type.String(),
      ruleSetHash: Type.String(),
      limitsHash: Type.String(),
    }),
  ),
  createdAt: Time,
  lastSeenAt: nullable(Time),
  revokedAt: nullable(Time),
  compromisedAt: nullable(Time),
};
export const SensorSchema = named('Sensor', sensorMembers, 'A sensor enrolled in this workspace.');
export const RevokedSensorSchema = named(
  'RevokedSensor',
  {
    ...sensorMembers,
    dropped: nullable(
      Type.Object({
        facts: Type.Integer({ minimum: 0, description: 'Results on layers and manifests that nobody else vouched for.' }),
        images: Type.Integer({ minimum: 0, description: 'Images whose verdicts stood on them; they are queued to be scanned anew.' }),
      }),
    ),
  },
  'A sensor just revoked; `dropped` is null unless it was compromised.',
);

export function viewSensor(sensor: Sensor): Static<typeof SensorSchema> {
  const { id, name, version, engine } = sensor;
  const registryIds = sensor.registryIds === null ? null : [...sensor.registryIds];
  const times = {
    createdAt: timeOf(sensor.createdAt),
    lastSeenAt: timeOrNull(sensor.lastSeenAt),
    revokedAt: timeOrNull(sensor.revokedAt),
    compromisedAt: timeOrNull(sensor.compromisedAt),
  };
  return { id, name, registryIds, version, engine, ...times };
}

export const EnrolledSchema = named(
  'Enrolled',
  { sensorId: Id, workspaceId: Id, audience: Type.String({ description: '`aud` of the assertions the sensor signs.' }) },
  'A sensor just enrolled.',
);

export const WorkspaceSchema = named(
  'Workspace',
  { id: Id, name: Type.String(), createdAt: Time, role: RoleSchema },
  'The workspace of the token used, and the token’s role.',
);

export function viewWorkspace({ id, name, createdAt }: Workspace, role: Static<typeof RoleSchema>): Static<typeof WorkspaceSchema> {
  return { id, name, createdAt: timeOf(createdAt), role };
}

export const AuditEntrySchema = named(
  'AuditEntry',
  {
    id: Id,
    at: Time,
    actor: Type.String(),
    action: Type.String(),
    subject: Type.String(),
    details: Type.Record(Type.String(), Type.Unknown()),
  },
  'Who did what, when.',
);

export function viewAuditEntry({ id, at, actor, action, subject, details }: AuditEntry): Static<typeof AuditEntrySchema> {
  return { id, at: timeOf(at), actor, action, subject, details: { ...details } };
}
