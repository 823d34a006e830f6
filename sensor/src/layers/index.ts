export { ByteInput } from './byte-input.ts';
export { ContentBlock } from './content-block.ts';
export type { ContentSink, Entry, EntryType } from './face.ts';
export { LayerContent } from './layer-content.ts';
export type { LayerLimits, Stop } from './limits.ts';
export { effectOf, parentsOf, type PathEffect } from './path.ts';
export { type LayerReading, readLayer } from './read-layer.ts';
export { isTar } from './tar-header.ts';
export { readZstd } from './zstd.ts';
