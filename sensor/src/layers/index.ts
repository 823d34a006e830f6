export type { ContentSink, Entry, EntryType } from './face.ts';
export type { LayerLimits } from './limits.ts';
export { effectOf, parentsOf, type PathEffect } from './path.ts';
export { type LayerReading, readLayer } from './read-layer.ts';
