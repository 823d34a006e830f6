import { DescribeImagesCommand, DescribeRepositoriesCommand, type ImageDetail, type Repository } from '@aws-sdk/client-ecr';
import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import { isDigest } from '@tidewaiter/shared/images';
import type { ListingPage } from '../remote.ts';
import type { EcrCalls } from './calls.ts';
import { LIST_ITEMS_MAX, LIST_PAGES_MAX, PAGE_BYTES_MAX } from './limits.ts';

type ListedImage = ListingPage['images'][number];

/** Every allowed repository, and every image of each; see RemoteRegistry.list. */
export async function* listEcr(
  calls: EcrCalls,
  allows: (repository: string) => boolean,
  signal: AbortSignal,
  pagesMax: number = LIST_PAGES_MAX,
): AsyncIterable<ListingPage> {
  for await (const page of repositoryPages(calls, signal, pagesMax)) {
    const repositories = page.map(listedRepository).filter(({ name }) => name !== '' && allows(name));
    yield { repositories, images: [] };
    for (const { name } of repositories) yield* imageParts(calls, name, signal, pagesMax);
  }
}

function repositoryPages(calls: EcrCalls, signal: AbortSignal, pagesMax: number): AsyncIterable<readonly Repository[]> {
  return pages(`registry ${calls.account}`, pagesMax, async (token) => {
    const command = new DescribeRepositoriesCommand({ registryId: calls.account, maxResults: LIST_ITEMS_MAX, ...token });
    const answer = await calls.send('list of repositories', signal, (client) => client.send(command, { abortSignal: signal }));
    return { items: answer.repositories ?? [], nextToken: answer.nextToken };
  });
}

/** The images of a repository; none when it was deleted meanwhile. */
async function* imageParts(calls: EcrCalls, repository: string, signal: AbortSignal, pagesMax: number): AsyncIterable<ListingPage> {
  const found = pages(`repository ${repository}`, pagesMax, async (token) => {
    // Without ANY, archived images are left out, and would count as gone.
    const filter = { imageStatus: 'ANY' } as const;
    const command = new DescribeImagesCommand({
      registryId: calls.account,
      repositoryName: repository,
      filter,
      maxResults: LIST_ITEMS_MAX,
      ...token,
    });
    const answer = await calls.send(`list of ${repository}`, signal, (client) => client.send(command, { abortSignal: signal }));
    return { items: answer.imageDetails ?? [], nextToken: answer.nextToken };
  });
  try {
    for await (const details of found) {
      for (const images of byBytes(details.flatMap((detail) => listedImages(detail, repository)))) yield { repositories: [], images };
    }
  } catch (error) {
    if (!hasCode(error, 'image.gone')) throw error;
  }
}

interface Answered<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** @throws registry.answer-invalid when a token comes again or pages do not end. */
async function* pages<T>(
  which: string,
  pagesMax: number,
  fetchPage: (token: { nextToken?: string }) => Promise<Answered<T>>,
): AsyncIterable<readonly T[]> {
  let nextToken: string | undefined;
  for (let count = 0; count < pagesMax; count++) {
    const page: Answered<T> = await fetchPage(nextToken === undefined ? {} : { nextToken });
    if (page.items.length > 0) yield page.items;
    if (page.nextToken === undefined) return;
    if (page.nextToken === nextToken) break;
    nextToken = page.nextToken;
  }
  throw new TidewaiterError('registry.answer-invalid', { which, got: 'pages that do not end', want: `at most ${pagesMax}` });
}

const listedRepository = ({ repositoryName = '', createdAt }: Repository): ListingPage['repositories'][number] => ({
  name: repositoryName,
  createdAt: createdAt?.toISOString() ?? null,
});

const statuses = { ACTIVE: 'active', ARCHIVED: 'archived', ACTIVATING: 'activating' } as const;

/** Nothing for a digest that is none of ours (sha256 is the only one that ECR makes). */
function listedImages(detail: ImageDetail, repository: string): readonly ListedImage[] {
  const { imageDigest = '', imageTags = [], imageSizeInBytes, imagePushedAt, imageManifestMediaType, imageStatus = 'ACTIVE' } = detail;
  if (!isDigest(imageDigest)) return [];
  const image = {
    repository,
    digest: imageDigest,
    tags: imageTags.slice(0, LIST_ITEMS_MAX),
    mediaType: imageManifestMediaType ?? null,
    sizeBytes: imageSizeInBytes ?? null,
    pushedAt: imagePushedAt?.toISOString() ?? null,
    status: Object.hasOwn(statuses, imageStatus) ? statuses[imageStatus] : 'active',
  } as const;
  return [image];
}

/** Runs of images that fit in a frame: a thousand with many tags each would not. */
function byBytes(images: readonly ListedImage[]): readonly ListedImage[][] {
  const runs: ListedImage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const image of images) {
    const size = Buffer.byteLength(JSON.stringify(image)) + 1;
    if (bytes + size > PAGE_BYTES_MAX) {
      runs.push([]);
      bytes = 0;
    }
    runs.at(-1)?.push(image);
    bytes += size;
  }
  return runs;
}
