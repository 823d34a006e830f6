export { authorize, type Target } from './authorization.ts';
export { AuthorizationTokens } from './authorization-tokens.ts';
export { BlobStore, digestOf } from './blobs.ts';
export { manifestBytesMax } from './manifest.ts';
export { putLayout } from './oci-layout.ts';
export { type ImageAction, type ImageId, type ImagePut, Registries } from './registries.ts';
export { type Image, type ImageStatus, type Repository, repositoryArn, tagsOf } from './repository.ts';
export { ecrHandler, type EcrRequest, type EcrServerParts } from './server.ts';
