import { TidewaiterError } from '@tidewaiter/shared/errors';
import { isDigest } from '@tidewaiter/shared/images';
import { parseRegistryUrl, type RegistryAddress } from '@tidewaiter/shared/registries';
import type { ImageTarget } from '../remote.ts';

/** An image of a registry as people write it. */
export interface RegistryReference {
  readonly address: RegistryAddress;
  readonly repository: string;
  readonly target: ImageTarget;
}

/** OCI distribution-spec, "Pulling manifests": `<name>` and `<reference>` of a tag. */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const NAME_CHARS_MAX = 255;
const HAS_HOST = /^(?:localhost|[^/.:]*[.:][^/]*)\//;
/** What people call Docker Hub, and where it is. */
const hubs: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io', 'index.docker.io': 'registry-1.docker.io' };

/**
 * `HOST/REPOSITORY[:TAG][@DIGEST]`; without either the tag is `latest`, with both the digest counts. The host must be written: a
 * mistyped scheme or file name would otherwise be looked for at Docker Hub.
 * @throws reference.invalid.
 */
export function parseReference(text: string): RegistryReference {
  if (!HAS_HOST.test(text)) throw invalid(text, 'HOST/REPOSITORY[:TAG][@DIGEST]; for Docker Hub docker.io/REPOSITORY');
  const slash = text.indexOf('/');
  const host = text.slice(0, slash);
  const hub = Object.hasOwn(hubs, host) ? hubs[host] : undefined;
  const { name, target } = splitTarget(text.slice(slash + 1), text);
  const repository = hub !== undefined && !name.includes('/') ? `library/${name}` : name;
  checkRepository(repository);
  return { address: parseRegistryUrl(hub ?? host), repository, target };
}

function splitTarget(path: string, whole: string): { readonly name: string; readonly target: ImageTarget } {
  const at = path.indexOf('@');
  const digest = at < 0 ? null : path.slice(at + 1);
  const named = at < 0 ? path : path.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tag = colon < 0 ? 'latest' : named.slice(colon + 1);
  if (!isTag(tag)) throw invalid(whole, 'a tag of letters, digits, dot, dash and underscore, at most 128');
  if (digest !== null && !isDigest(digest)) throw invalid(whole, 'a digest of sha256: and 64 hex digits');
  return { name: colon < 0 ? named : named.slice(0, colon), target: digest === null ? { tag } : { digest } };
}

export const isTag = (text: string): boolean => TAG.test(text);

/** @throws reference.invalid for a name that OCI does not know; so none can climb out of its path. */
export function checkRepository(repository: string): void {
  if (repository.length <= NAME_CHARS_MAX && NAME.test(repository)) return;
  throw invalid(repository, 'a repository name: lower-case letters and digits, joined by dot, dash, underscore or slash');
}

const invalid = (text: string, want: string): TidewaiterError =>
  new TidewaiterError('reference.invalid', { which: 'image reference', got: JSON.stringify(text.slice(0, 300)), want });
