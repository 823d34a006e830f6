// Images that lie on this machine. A folder of its own beside registry/: whoever scans an archive loads no AWS and no HTTP client.
export { openDockerArchive, openDockerStream } from './docker-source.ts';
export { openLayoutArchive, openLayoutFolder } from './layout-source.ts';
export type { WorkPlace } from './work-file.ts';
