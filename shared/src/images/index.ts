export { type Digest, isDigest, parseDigest } from './digest.ts';
export { type Platform, platformName } from './platform.ts';
