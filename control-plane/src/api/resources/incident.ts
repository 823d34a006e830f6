import { confidences, visibilities } from '@tidewaiter/shared/findings';
import { type Static, Type } from 'typebox';
import type { Incident, IncidentActivity, IncidentNote, Occurrence } from '../../incidents/index.ts';
import { DigestSchema, Id, named, nullable, Time, timeOf, timeOrNull } from './schema.ts';

export const StatusSchema = Type.Enum(['triggered', 'assigned', 'resolved', 'ignored']);
export const SeveritySchema = Type.Enum(['critical', 'high', 'medium', 'low']);
export const IgnoreReasonSchema = Type.Enum(['test-credential', 'false-positive', 'low-risk']);

export const IncidentSchema = named(
  'Incident',
  {
    id: Id,
    fingerprint: Type.String({ description: 'HMAC of the secret under a key that only sensors hold.' }),
    keyId: Type.String(),
    detector: Type.String(),
    confidence: Type.Enum([...confidences]),
    preview: Type.String({ description: 'Public prefix and length; never more of the secret.' }),
    status: StatusSchema,
    severity: SeveritySchema,
    assignee: nullable(Type.String()),
    ignoreReason: nullable(IgnoreReasonSchema),
    createdAt: Time,
    updatedAt: Time,
    resolvedAt: nullable(Time),
  },
  'One secret, wherever it occurs.',
);

export function viewIncident(incident: Incident): Static<typeof IncidentSchema> {
  const { id, fingerprint, keyId, detector, confidence, preview, status, severity, assignee, ignoreReason } = incident;
  const times = {
    createdAt: timeOf(incident.createdAt),
    updatedAt: timeOf(incident.updatedAt),
    resolvedAt: timeOrNull(incident.resolvedAt),
  };
  return { id, fingerprint, keyId, detector, confidence, preview, status, severity, assignee, ignoreReason, ...times };
}

export const OccurrenceSchema = named(
  'Occurrence',
  {
    findingId: Id,
    registryId: Id,
    repository: Type.String(),
    rootDigest: DigestSchema,
    tags: Type.Array(Type.String()),
    presence: Type.Enum(['present', 'archived', 'gone']),
    imageDigest: DigestSchema,
    platform: nullable(Type.String()),
    layerDigest: nullable(DigestSchema),
    visibility: Type.Enum([...visibilities]),
    location: Type.Record(Type.String(), Type.Unknown()),
    instruction: nullable(Type.String()),
  },
  'A place of the secret: a finding seen through one image of one repository. Redacted.',
);

export function viewOccurrence(occurrence: Occurrence): Static<typeof OccurrenceSchema> {
  return { ...occurrence, tags: [...occurrence.tags], location: { ...occurrence.location } };
}

export const NoteSchema = named(
  'Note',
  { id: Id, author: Type.String(), text: Type.String(), createdAt: Time },
  'What a person wrote about an incident.',
);

export function viewNote({ id, author, text, createdAt }: IncidentNote): Static<typeof NoteSchema> {
  return { id, author, text, createdAt: timeOf(createdAt) };
}

export const ActivitySchema = named(
  'Activity',
  { id: Id, at: Time, actor: Type.String(), action: Type.String(), details: Type.Record(Type.String(), Type.Unknown()) },
  'What was done to an incident, by whom.',
);

export function viewActivity({ id, at, actor, action, details }: IncidentActivity): Static<typeof ActivitySchema> {
  return { id, at: timeOf(at), actor, action, details: { ...details } };
}
