export type { Perimeter, Placement, Registry, Repository } from '../storage/index.ts';
export { createCatalog } from './catalog.ts';
export type { Catalog } from './face.ts';
export { createRegistries, type Registries } from './registries.ts';
