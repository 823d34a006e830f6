/** Redirects of one request: registries send to a store, stores perhaps to a nearer one. */
export const REDIRECTS_MAX = 3;
/** Of a challenge; real ones are below 300 characters. */
export const CHALLENGE_CHARS_MAX = 4_096;
/** A token service's answer, and an error's body; tokens are a few KiB. */
export const ANSWER_BYTES_MAX = 64 << 10;
/** Servers take headers of 8 to 16 KiB: a longer token could not be used. */
export const TOKEN_CHARS_MAX = 16 << 10;
/** Authorizations kept: one per repository. */
export const AUTHORIZATIONS_MAX = 1_000;
/** Tries of a manifest or a list. */
export const TRIES_MAX = 4;
/** Of a registry's own words in our errors. */
export const MESSAGE_CHARS_MAX = 500;
/** Entries asked for at once in lists; ECR Public and others refuse more. */
export const LIST_ITEMS_MAX = 1_000;
/** A page of names: a thousand of 255 characters each, and room. */
export const LIST_BYTES_MAX = 1 << 20;
/** Lists that are longer than a million entries go in circles. */
export const LIST_PAGES_MAX = 1_000;
