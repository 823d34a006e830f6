import type { FactStore } from '../port/facts.ts';
import { claimVerbs } from './claims.ts';
import type { Database } from './database.ts';
import { distrustVerbs } from './distrust.ts';
import { layerVerbs } from './layers.ts';
import { manifestVerbs } from './manifests.ts';
import { pathVerbs } from './paths.ts';

export function factStore(database: Database): FactStore {
  return {
    ...claimVerbs(database),
    ...layerVerbs(database),
    ...manifestVerbs(database),
    ...pathVerbs(database),
    ...distrustVerbs(database),
  };
}
