export type { RegistryParts } from './call.ts';
export { registryHandler } from './server.ts';
export { UploadStore } from './upload-store.ts';
