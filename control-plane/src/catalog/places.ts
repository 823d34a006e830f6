import type { Context } from '../storage/index.ts';
import type { Places } from './face.ts';

export function placesOf({ store }: Context): Places {
  const { catalog } = store;
  return {
    fetchRepository: (workspaceId, id) => catalog.fetchRepository(workspaceId, id),
    listRepositories: (workspaceId, registryId, page) => catalog.listRepositories(workspaceId, registryId, page),
    updateRepository: (workspaceId, id, change) => catalog.updateRepository(workspaceId, id, change),
    listPlacements: (workspaceId, filter, page) => catalog.listPlacements(workspaceId, filter, page),
    countWatched: (workspaceId, digest) => catalog.countWatched(workspaceId, digest),
  };
}
