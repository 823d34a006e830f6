import type { Context } from '../storage/index.ts';
import type { Places } from './face.ts';

/** Placements of one digest that are looked at: one for each repository it stands in. */
const PLACES_MAX = 200;

export function placesOf({ store }: Context): Places {
  const { catalog } = store;
  return {
    fetchRepository: (workspaceId, id) => catalog.fetchRepository(workspaceId, id),
    listRepositories: (workspaceId, registryId, page) => catalog.listRepositories(workspaceId, registryId, page),
    updateRepository: (workspaceId, id, change) => catalog.updateRepository(workspaceId, id, change),
    listPlacements: (workspaceId, filter, page) => catalog.listPlacements(workspaceId, filter, page),
    async countWatched(workspaceId, digest) {
      const { items } = await catalog.listPlacements(workspaceId, { digest }, { cursor: null, limit: PLACES_MAX });
      const repositories = await Promise.all(items.map(({ repositoryId }) => catalog.fetchRepository(workspaceId, repositoryId)));
      return items.length === 0 ? null : repositories.filter((repository) => repository?.watched).length;
    },
  };
}
