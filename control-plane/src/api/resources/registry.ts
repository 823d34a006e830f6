import { EXCLUSION_CHARACTERS_MAX, EXCLUSIONS_MAX, exclusionPresetNames, type ExclusionSettings } from '@tidewaiter/shared/exclusions';
import { RegistryAccessSchema } from '@tidewaiter/shared/protocol';
import { type Static, Type } from 'typebox';
import type { Registry } from '../../catalog/index.ts';
import type { TrustFacts } from '../../issuer/index.ts';
import type { PushEvent, WebhookKey } from '../../triggers/index.ts';
import { DigestSchema, Id, named, nullable, Time, timeOf, timeOrNull } from './schema.ts';

/** A day where push events bring what is new; half an hour is the least that the listing of a large registry bears. */
export const INTERVAL_SECONDS = { fallback: 86_400, minimum: 1_800, maximum: 31_536_000 } as const;

export const IntervalSchema = Type.Integer({
  minimum: INTERVAL_SECONDS.minimum,
  maximum: INTERVAL_SECONDS.maximum,
  default: INTERVAL_SECONDS.fallback,
  description: 'Seconds between two listings; only new digests are scanned.',
});

export const PerimeterSchema = Type.Object(
  {
    mode: Type.Enum(['specific', 'entire']),
    automatic: Type.Optional(Type.Boolean({ description: 'Watch newly created repositories at once; by default only with `entire`.' })),
  },
  { additionalProperties: false },
);

export const ExclusionsSchema = Type.Object(
  {
    presets: Type.Array(Type.Enum([...exclusionPresetNames]), { maxItems: 8, description: 'Lists that come with the product.' }),
    expressions: Type.Array(Type.String({ minLength: 1, maxLength: EXCLUSION_CHARACTERS_MAX }), {
      maxItems: EXCLUSIONS_MAX,
      description: 'Own expressions (RE2), searched in "/" and the path, with case.',
    }),
  },
  { additionalProperties: false, description: 'Paths whose findings are not reported.' },
);

export const RegistrySchema = named(
  'Registry',
  {
    id: Id,
    provider: Type.Enum(['ecr', 'oci']),
    host: Type.String(),
    account: nullable(Type.String()),
    region: nullable(Type.String()),
    access: RegistryAccessSchema,
    perimeter: Type.Object({ mode: Type.Enum(['specific', 'entire']), automatic: Type.Boolean() }),
    intervalSeconds: Type.Integer(),
    exclusions: ExclusionsSchema,
    createdAt: Time,
    syncedAt: nullable(Time),
    nextSyncAt: Time,
  },
  'One AWS account in one region, or an OCI host.',
);

export function viewRegistry(registry: Registry): Static<typeof RegistrySchema> {
  const { id, provider, host, account, region, access, perimeter, intervalSeconds } = registry;
  const times = { createdAt: timeOf(registry.createdAt), syncedAt: timeOrNull(registry.syncedAt), nextSyncAt: timeOf(registry.nextSyncAt) };
  return {
    id,
    provider,
    host,
    account,
    region,
    access,
    perimeter: { ...perimeter },
    intervalSeconds,
    exclusions: viewExclusions(registry.exclusions),
    ...times,
  };
}

export const viewExclusions = ({ presets, expressions }: ExclusionSettings): Static<typeof ExclusionsSchema> => ({
  presets: [...presets],
  expressions: [...expressions],
});

export const WebhookKeySchema = named(
  'WebhookKey',
  { id: Id, createdAt: Time, expiresAt: nullable(Time) },
  'A key of the push webhook of one registry; the key itself is shown once, when it is made.',
);

export function viewWebhookKey({ id, createdAt, expiresAt }: WebhookKey): Static<typeof WebhookKeySchema> {
  return { id, createdAt: timeOf(createdAt), expiresAt: timeOrNull(expiresAt) };
}

export const NewWebhookKeySchema = named(
  'NewWebhookKey',
  { id: Id, createdAt: Time, expiresAt: nullable(Time), key: Type.String({ description: 'Send as `x-tidewaiter-key`. Shown only now.' }) },
  'A webhook key just made.',
);

export const TrustSchema = named(
  'Trust',
  { issuer: Type.String(), audience: Type.String(), subject: Type.String() },
  'What the trust policy of the role names: OIDC provider, `aud` and `sub`.',
);

export const NewRegistrySchema = named(
  'NewRegistry',
  {
    registry: Type.Unsafe<Static<typeof RegistrySchema>>({ $ref: 'Registry#' }),
    trust: nullable(Type.Unsafe<Static<typeof TrustSchema>>({ $ref: 'Trust#' })),
    webhookKey: Type.Unsafe<Static<typeof NewWebhookKeySchema>>({ $ref: 'NewWebhookKey#' }),
    assignmentId: Id,
  },
  'A registry just connected: its trust facts (null without an issuer), first webhook key, and first listing.',
);

export function viewTrust(trust: TrustFacts | null): Static<typeof TrustSchema> | null {
  return trust === null ? null : { ...trust };
}

export const PushEventSchema = named(
  'PushEvent',
  {
    eventId: Type.String(),
    receivedAt: Time,
    action: Type.Enum(['push', 'delete', 'update-storage-class', 'other']),
    repository: nullable(Type.String()),
    digest: nullable(Type.String()),
    tag: nullable(Type.String()),
    outcome: Type.Enum(['waiting', 'queued', 'ignored', 'applied']),
    outcomeReason: nullable(Type.String()),
    duplicates: Type.Integer({ description: 'How often it came again and was passed over.' }),
  },
  'A push event as received, and what became of it.',
);

export function viewPushEvent(event: PushEvent): Static<typeof PushEventSchema> {
  const { eventId, action, repository, digest, tag, outcome, outcomeReason, duplicates } = event;
  return { eventId, receivedAt: timeOf(event.receivedAt), action, repository, digest, tag, outcome, outcomeReason, duplicates };
}

export const DigestParams = Type.Object({ digest: DigestSchema }, { additionalProperties: false });
export const IdParams = Type.Object({ id: Id }, { additionalProperties: false });
