import { type Clock, isoSeconds, SetupError } from '../http/index.ts';
import { parsePolicy, PolicyError, type Policy } from '../policies/index.ts';
import { type BlobStore, digestOf } from './blobs.ts';
import { ecrError, imageNotFound, layersNotFound, repositoryNotFound } from './errors.ts';
import { manifestBytesMax, mediaTypeOf, type ParsedManifest, parseManifest } from './manifest.ts';
import {
  type Image,
  type ImageStatus,
  partitionOfRegion,
  type Repository,
  repositoryArn,
  repositoryNamePattern,
  tagsOf,
} from './repository.ts';

/** What ECR tells EventBridge: an `ECR Image Action`. */
export interface ImageAction {
  readonly accountId: string;
  readonly region: string;
  readonly time: string;
  readonly detail: Readonly<Record<string, string>>;
}

/** A manifest to be put, as PutImage takes it. */
export interface ImagePut {
  readonly manifest: Buffer;
  readonly mediaType?: string | undefined;
  readonly tag?: string | undefined;
  /** What the pusher says it is; another is refused. */
  readonly digest?: string | undefined;
  /** Stores what ECR would refuse (absent layers, no JSON, a digest that lies), for tests of hostile input. */
  readonly unchecked?: { readonly digest?: string | undefined };
}

/** An image as it was named: by digest, by tag or by both. */
export interface ImageId {
  readonly imageDigest?: string | undefined;
  readonly imageTag?: string | undefined;
}

const repositoryName = new RegExp(`^${repositoryNamePattern}$`);
const tagName = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Every private registry (one an account and region) with its repositories and images. */
export class Registries {
  readonly blobs: BlobStore;
  readonly #clock: Clock;
  readonly #emit: (action: ImageAction) => void;
  readonly #repositories = new Map<string, Repository>();

  constructor(blobs: BlobStore, clock: Clock, emit: (action: ImageAction) => void) {
    this.blobs = blobs;
    this.#clock = clock;
    this.#emit = emit;
  }

  create(accountId: string, region: string, name: string, tagMutability: 'MUTABLE' | 'IMMUTABLE' = 'MUTABLE'): Repository {
    if (!repositoryName.test(name) || name.length < 2 || name.length > 256) throw new SetupError(`not a repository name of ECR: ${name}`);
    if (this.find(accountId, region, name) !== undefined)
      throw new SetupError(`the repository ${name} already exists in ${accountId} ${region}`, 409);
    const domain = partitionOfRegion(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
    const repository: Repository = {
      accountId,
      region,
      name,
      arn: repositoryArn(accountId, region, name),
      uri: `${accountId}.dkr.ecr.${region}.${domain}/${name}`,
      createdAt: this.#clock.now(),
      tagMutability,
      policy: undefined,
      images: new Map(),
      tags: new Map(),
      blobs: new Map(),
    };
    this.#repositories.set(key(accountId, region, name), repository);
    return repository;
  }

  find(accountId: string, region: string, name: string): Repository | undefined {
    return this.#repositories.get(key(accountId, region, name));
  }

  require(accountId: string, region: string, name: string): Repository {
    const repository = this.find(accountId, region, name);
    if (repository === undefined) throw repositoryNotFound(name, accountId);
    return repository;
  }

  /** Sorted by name. */
  list(accountId: string, region: string): readonly Repository[] {
    const own = [...this.#repositories.values()].filter((r) => r.accountId === accountId && r.region === region);
    return own.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  delete(repository: Repository): void {
    this.#repositories.delete(key(repository.accountId, repository.region, repository.name));
  }

  setPolicy(repository: Repository, document: unknown): void {
    repository.policy = document === null ? undefined : repositoryPolicy(document);
  }

  /** Puts a manifest under a tag or none, as PutImage and the registry's `PUT manifests` do, and tells EventBridge what changed. */
  putImage(repository: Repository, put: ImagePut): Image {
    const digest = put.unchecked?.digest ?? digestOf(put.manifest);
    const parsed = parseManifest(put.manifest);
    if (put.unchecked === undefined) this.#checkManifest(repository, put, parsed);
    if (put.digest !== undefined && put.digest !== digest) throw digestDiffers(put.digest, digest);
    checkTag(repository, put.tag, digest);
    const present = repository.images.get(digest);
    const image = present ?? this.#newImage(repository, digest, put, parsed);
    const moved = put.tag !== undefined && repository.tags.get(put.tag) !== digest;
    repository.images.set(digest, image);
    if (put.tag !== undefined) repository.tags.set(put.tag, digest);
    if (present === undefined || moved) this.#tell(repository, image, 'PUSH', { 'image-tag': put.tag ?? '' });
    return image;
  }

  /** Finds an image by digest, tag, or both (which must agree). */
  findImage(repository: Repository, id: ImageId): Image | undefined {
    const tagged = id.imageTag === undefined ? undefined : repository.tags.get(id.imageTag);
    const digest = id.imageDigest ?? tagged;
    if (digest === undefined || (id.imageTag !== undefined && tagged !== digest)) return undefined;
    return repository.images.get(digest);
  }

  requireImage(repository: Repository, id: ImageId): Image {
    const image = this.findImage(repository, id);
    if (image === undefined) throw imageNotFound(repository, id);
    return image;
  }

  /** Deletes a tag (and the image with its last tag) or, by digest, the image with all its tags. */
  deleteImage(repository: Repository, id: ImageId): void {
    const image = this.requireImage(repository, id);
    const tags = id.imageTag === undefined ? tagsOf(repository, image.digest) : [id.imageTag];
    for (const tag of tags) repository.tags.delete(tag);
    if (tagsOf(repository, image.digest).length === 0) repository.images.delete(image.digest);
    for (const tag of tags.length === 0 ? [''] : tags) this.#tell(repository, image, 'DELETE', { 'image-tag': tag });
  }

  /** Moves an image to the archive or back, as a lifecycle rule or UpdateImageStorageClass does. */
  setStatus(repository: Repository, id: ImageId, status: ImageStatus): Image {
    const image = this.requireImage(repository, id);
    const now = this.#clock.now();
    image.status = status;
    if (status === 'ARCHIVED') image.lastArchivedAt = now;
    if (status === 'ACTIVE') image.lastActivatedAt = now;
    // A restore is told when it is done, not when it begins.
    if (status === 'ACTIVATING') return image;
    const target = status === 'ARCHIVED' ? 'ARCHIVE' : 'STANDARD';
    const activated = status === 'ACTIVE' ? { 'last-activated-at': isoSeconds(now) } : {};
    const tag = tagsOf(repository, image.digest)[0] ?? '';
    this.#tell(repository, image, 'UPDATE_STORAGE_CLASS', { 'image-tag': tag, 'target-storage-class': target, ...activated });
    return image;
  }

  #checkManifest(repository: Repository, put: ImagePut, parsed: ParsedManifest | undefined): void {
    if (put.manifest.length > manifestBytesMax)
      throw ecrError('InvalidParameterException', 'The image manifest is larger than 4194304 bytes');
    if (parsed === undefined)
      throw ecrError(
        'InvalidParameterException',
        "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
      );
    const needed = [...parsed.layers.filter((layer) => layer.urls.length === 0), ...(parsed.config === undefined ? [] : [parsed.config])];
    if (needed.some(({ digest }) => !repository.blobs.has(digest))) throw layersNotFound();
    const absent = parsed.children.filter(({ digest }) => !repository.images.has(digest)).map(({ digest }) => digest);
    if (absent.length > 0) {
      const place = `the repository with name '${repository.name}' in the registry with id '${repository.accountId}'`;
      throw ecrError(
        'ReferencedImagesNotFoundException',
        `Images with digests '${absent.join(', ')}' required for pushing image into ${place} do not exist`,
      );
    }
  }

  #newImage(repository: Repository, digest: string, put: ImagePut, parsed: ParsedManifest | undefined): Image {
    const blobs = parsed === undefined ? [] : [...(parsed.config === undefined ? [] : [parsed.config]), ...parsed.layers];
    for (const blob of blobs) if (repository.blobs.has(blob.digest)) repository.blobs.set(blob.digest, blob.mediaType);
    const children = parsed?.children.map((child) => child.digest) ?? [];
    const childSizes = children.map((child) => repository.images.get(child)?.sizeBytes ?? 0);
    const ownSize = blobs.reduce((sum, blob) => sum + this.blobs.size(blob.digest), 0);
    return {
      digest,
      mediaType: parsed === undefined ? (put.mediaType ?? 'application/octet-stream') : mediaTypeOf(parsed, put.mediaType),
      manifest: put.manifest,
      pushedAt: this.#clock.now(),
      sizeBytes: Math.max(ownSize, ...childSizes),
      artifactMediaType: parsed?.config?.mediaType,
      artifactType: parsed?.artifactType ?? parsed?.config?.mediaType,
      annotations: parsed?.annotations ?? {},
      subjectDigest: parsed?.subjectDigest,
      blobs: blobs.map((blob) => blob.digest),
      children,
      status: 'ACTIVE',
    };
  }

  #tell(repository: Repository, image: Image, actionType: string, more: Readonly<Record<string, string>>): void {
    const { accountId, region } = repository;
    const detail = {
      result: 'SUCCESS',
      'repository-name': repository.name,
      'image-digest': image.digest,
      'action-type': actionType,
      'manifest-media-type': image.mediaType,
      ...(image.artifactMediaType === undefined ? {} : { 'artifact-media-type': image.artifactMediaType }),
      ...more,
    };
    this.#emit({ accountId, region, time: isoSeconds(this.#clock.now()), detail });
  }
}

function digestDiffers(said: string, computed: string): Error {
  return ecrError('ImageDigestDoesNotMatchException', `The provided digest '${said}' does not match the computed digest '${computed}'`);
}

function checkTag(repository: Repository, tag: string | undefined, digest: string): void {
  if (tag === undefined) return;
  if (!tagName.test(tag))
    throw ecrError(
      'InvalidParameterException',
      `Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '${tagName.source}''`,
    );
  const target = repository.tags.get(tag);
  if (target === undefined || target === digest || repository.tagMutability === 'MUTABLE') return;
  const place = `the '${repository.name}' repository and cannot be overwritten because the tag is immutable.`;
  throw ecrError('ImageTagAlreadyExistsException', `The image tag '${tag}' already exists in ${place}`);
}

function repositoryPolicy(document: unknown): Policy {
  try {
    return parsePolicy(document, 'repository');
  } catch (error) {
    if (error instanceof PolicyError)
      throw ecrError('InvalidParameterException', `Invalid parameter at 'PolicyText' failed to satisfy constraint: '${error.message}'`);
    throw error;
  }
}

function key(accountId: string, region: string, name: string): string {
  return `${accountId} ${region} ${name}`;
}
