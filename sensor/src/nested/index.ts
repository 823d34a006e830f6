export type { Lane, NestedSink, OuterFile } from './face.ts';
export type { NestedLimits } from './limits.ts';
export { withNestedContent } from './nested-content.ts';
