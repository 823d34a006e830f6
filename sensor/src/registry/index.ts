export { openDockerArchive, openDockerStream } from './local/docker-source.ts';
export { openLayoutArchive, openLayoutFolder } from './local/layout-source.ts';
export type { ImageSource, RawManifest } from './source.ts';
