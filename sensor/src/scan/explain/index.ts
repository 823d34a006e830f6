export type { Effect } from './effects.ts';
export { type ProbedLayer, type ProbedPath, probePath } from './explain-file.ts';
export type { ProbedFile } from './probe.ts';
