import type { Registry } from '../../catalog/index.ts';
import { notFound } from '../../http/index.ts';
import type { ApiParts } from '../parts.ts';

/** A live registry of this workspace. @throws resource.not-found */
export async function fetchRegistry(parts: Pick<ApiParts, 'registries'>, workspaceId: string, id: string): Promise<Registry> {
  const registry = await parts.registries.fetch(workspaceId, id);
  if (!registry) throw notFound(`registry ${id}`);
  return registry;
}
