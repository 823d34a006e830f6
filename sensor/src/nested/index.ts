export type { Lane, NestedSink, OuterFile } from './face.ts';
export type { NestedLimits } from './limits.ts';
export { type NestedContent, withNestedContent } from './nested-content.ts';
export { unpackerOf } from './unpack.ts';
