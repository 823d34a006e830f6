export { CONFIG_BYTES_MAX, MANIFEST_BYTES_MAX } from './bounds.ts';
export { type Digest, isDigest, parseDigest } from './digest.ts';
export { type Platform, platformName } from './platform.ts';
