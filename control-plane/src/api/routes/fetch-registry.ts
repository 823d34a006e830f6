import { notFound } from '../../http/index.ts';
import type { Registry } from '../../storage/index.ts';
import type { ApiParts } from '../parts.ts';

/** A live registry of this workspace. @throws resource.not-found */
export async function fetchRegistry(parts: Pick<ApiParts, 'store'>, workspaceId: string, id: string): Promise<Registry> {
  const registry = await parts.store.registries.fetch(workspaceId, id);
  if (!registry || registry.deletedAt !== null) throw notFound(`registry ${id}`);
  return registry;
}
