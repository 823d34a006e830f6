export { Api } from './api.ts';
export type { AssignmentView, EventView, IncidentView, OccurrenceView, VerdictView } from './api-shapes.ts';
export { type Planted, type PlantedImage, plantSecrets } from './planting.ts';
export { type Connected, Stage, type StageOptions, type Workspace } from './stage.ts';
export { type Pushed, summarize } from './summary.ts';
export { Watcher } from './watch.ts';
