/** Calls of one registry, all work together. ECR's quotas are 200 a second and more; a scanner must not eat those of the deployments. */
export const CALLS_PER_SECOND = 20;
/** Calls that may go at once after a pause: an index with its platforms and their layers begins without waiting. */
export const CALLS_AT_ONCE = 40;
/** Tries of one call inside the SDK (retry mode `standard`: backs off up to 20 s). */
export const TRIES_MAX = 6;
export const CONNECT_MS_MAX = 10_000;
export const ANSWER_MS_MAX = 30_000;
/** The most that DescribeRepositories and DescribeImages give at once. */
export const LIST_ITEMS_MAX = 1_000;
/** ECR's quota is 100,000 images a repository: pages past this come from a list that goes in circles. */
export const LIST_PAGES_MAX = 10_000;
/** A listing page in JSON: half a frame, which also holds the envelope. */
export const PAGE_BYTES_MAX = 512 << 10;
/** Of AWS's message; the real ones are below 1,000 characters. */
export const MESSAGE_CHARS_MAX = 1_000;
