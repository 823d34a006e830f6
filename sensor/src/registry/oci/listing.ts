import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import type { ListingPage } from '../remote.ts';
import { objectOf } from './body.ts';
import { type OciClient, pullScope } from './client.ts';
import { LIST_BYTES_MAX, LIST_ITEMS_MAX, LIST_PAGES_MAX } from './limits.ts';
import { checkRepository, isTag } from './reference.ts';

type ListedImage = ListingPage['images'][number];

/** Every allowed repository of the catalog with its tagged images. The distribution API lists neither untagged images nor times nor sizes. */
export async function* listOci(
  client: OciClient,
  allows: (repository: string) => boolean,
  signal: AbortSignal,
): AsyncIterable<ListingPage> {
  for await (const page of pages(client, '_catalog', 'registry:catalog:*', 'repositories', signal)) {
    page.forEach(checkRepository);
    const names = page.filter(allows);
    yield { repositories: names.map((name) => ({ name, createdAt: null })), images: [] };
    for (const name of names) yield* imagesOf(client, name, signal);
  }
}

async function* imagesOf(client: OciClient, repository: string, signal: AbortSignal): AsyncIterable<ListingPage> {
  const found = new Map<string, ListedImage & { readonly tags: string[] }>();
  for await (const tags of pages(client, `${repository}/tags/list`, pullScope(repository), 'tags', signal)) {
    for (const tag of tags.filter(isTag)) {
      const image = await imageOf(client, repository, tag, signal);
      const known = image && found.get(image.digest);
      if (known && known.tags.length < IMAGE_TAGS_MAX) known.tags.push(tag);
      if (known) continue;
      if (image) found.set(image.digest, image);
    }
  }
  const images = [...found.values()];
  for (let at = 0; at < images.length; at += IMAGES_PER_PAGE) yield { repositories: [], images: images.slice(at, at + IMAGES_PER_PAGE) };
}

/** Null for a tag that was deleted meanwhile. */
async function imageOf(
  client: OciClient,
  repository: string,
  tag: string,
  signal: AbortSignal,
): Promise<(ListedImage & { readonly tags: string[] }) | null> {
  try {
    const { digest, mediaType } = await client.manifest(repository, { tag }, signal);
    return { repository, digest, tags: [tag], mediaType, sizeBytes: null, pushedAt: null, status: 'active' };
  } catch (error) {
    if (hasCode(error, 'image.gone')) return null;
    throw error;
  }
}

/** As many as a catalog page may hold of one image (shared/protocol), and as ECR allows: one with more must not end the whole listing. */
const IMAGE_TAGS_MAX = 1_000;

/** With a few tags of 128 characters each, far below a frame. */
const IMAGES_PER_PAGE = 250;

/** The query of the link that is said to be the next page (RFC 8288). */
function nextQuery(header: string): string | undefined {
  const [, target = ''] = /<([^<>]*)>[ \t]*;[ \t]*rel="?next/.exec(header) ?? [];
  return target.includes('?') ? target.slice(target.lastIndexOf('?') + 1) : undefined;
}

/** Pages of names, the next one by the Link header (OCI distribution-spec, "Listing Tags"). */
async function* pages(
  client: OciClient,
  path: string,
  scope: string,
  member: 'repositories' | 'tags',
  signal: AbortSignal,
): AsyncIterable<readonly string[]> {
  let query = `n=${LIST_ITEMS_MAX}`;
  for (let count = 0; count < LIST_PAGES_MAX; count++) {
    const { answer, bytes } = await client.document(`${path}?${query}`, { scope, bytesMax: LIST_BYTES_MAX }, signal);
    const next = nextQuery(answer.header('link') ?? '');
    const { [member]: names } = objectOf(bytes, path);
    if (Array.isArray(names)) yield names.filter((name) => typeof name === 'string');
    if (next === undefined) return;
    if (next === query) break;
    query = next;
  }
  throw new TidewaiterError('registry.answer-invalid', { which: path, got: 'pages that do not end', want: `at most ${LIST_PAGES_MAX}` });
}
