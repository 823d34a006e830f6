export type { Catalog } from './face.ts';
