export { makeDatabaseFolder, sealingKeyOf } from './key-encryption-key.ts';
export { type ControlPlaneConfig, readControlPlaneConfig } from './read.ts';
export { variables } from './variables.ts';
