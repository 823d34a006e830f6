export { type ControlPlaneConfig, readControlPlaneConfig } from './read.ts';
export { variables } from './variables.ts';
