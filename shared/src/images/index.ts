export { type Digest, isDigest, parseDigest } from './digest.ts';
export { type Platform, PlatformSchema, platformName } from './platform.ts';
