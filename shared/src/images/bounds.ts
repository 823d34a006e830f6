/**
 * A manifest or index: ECR's ImageManifest holds at most 4,194,304 characters; registries should take 4 MiB (OCI distribution-spec, "Pushing
 * Manifests"), and none takes more.
 */
export const MANIFEST_BYTES_MAX = 4 << 20;

/** An image's config: it holds each instruction and label once, so this is a hundred times the largest seen. */
export const CONFIG_BYTES_MAX = 8 << 20;
