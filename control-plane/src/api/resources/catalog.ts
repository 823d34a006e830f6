import { type Static, Type } from 'typebox';
import type { Placement, Repository } from '../../catalog/index.ts';
import { DigestSchema, Id, named, nullable, Time, timeOf, timeOrNull } from './schema.ts';

const Presence = Type.Enum(['present', 'archived', 'gone']);

export const RepositorySchema = named(
  'Repository',
  { id: Id, registryId: Id, name: Type.String(), watched: Type.Boolean(), presence: Presence, createdAt: Time },
  'A repository of a connected registry; its images are scanned when `watched`.',
);

export function viewRepository({ id, registryId, name, watched, presence, createdAt }: Repository): Static<typeof RepositorySchema> {
  return { id, registryId, name, watched, presence, createdAt: timeOf(createdAt) };
}

export const ImageSchema = named(
  'Image',
  {
    registryId: Id,
    repositoryId: Id,
    repository: Type.String(),
    digest: DigestSchema,
    tags: Type.Array(Type.String()),
    mediaType: nullable(Type.String()),
    sizeBytes: nullable(Type.Integer()),
    pushedAt: nullable(Time),
    presence: Presence,
    firstSeenAt: Time,
    lastSeenAt: Time,
  },
  'An image (root digest) where it stands: one item for each repository that holds it.',
);

export function viewImage(placement: Placement): Static<typeof ImageSchema> {
  const { registryId, repositoryId, repository, digest, tags, mediaType, sizeBytes, presence } = placement;
  const times = {
    pushedAt: timeOrNull(placement.pushedAt),
    firstSeenAt: timeOf(placement.firstSeenAt),
    lastSeenAt: timeOf(placement.lastSeenAt),
  };
  return { registryId, repositoryId, repository, digest, tags: [...tags], mediaType, sizeBytes, presence, ...times };
}
