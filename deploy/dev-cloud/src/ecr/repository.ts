import type { Policy } from '../policies/index.ts';

/** DescribeImages' `imageStatus`; only an ACTIVE one can be pulled. */
export type ImageStatus = 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING';

/** An image manifest (or index, or artifact) in a repository. */
export interface Image {
  readonly digest: string;
  readonly mediaType: string;
  /** Exactly the bytes that were pushed: their hash is the digest. */
  readonly manifest: Buffer;
  readonly pushedAt: number;
  /** Compressed; of an index the largest of its manifests. */
  readonly sizeBytes: number;
  readonly artifactMediaType: string | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly subjectDigest: string | undefined;
  /** Config and layers. */
  readonly blobs: readonly string[];
  readonly children: readonly string[];
  status: ImageStatus;
  lastPulledAt?: number;
  lastArchivedAt?: number;
  lastActivatedAt?: number;
}

/** A repository and all that stands in it; times are ms since 1970. */
export interface Repository {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  readonly createdAt: number;
  readonly tagMutability: 'MUTABLE' | 'IMMUTABLE';
  policy: Policy | undefined;
  readonly images: Map<string, Image>;
  /** Tag to digest. */
  readonly tags: Map<string, string>;
  /** Blobs uploaded to this repository, with the media type a manifest gave them (undefined before). */
  readonly blobs: Map<string, string | undefined>;
}

/** What a repository may be called, between its ends (ECR API, CreateRepository). */
export const repositoryNamePattern = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*';

/** The partition of a region: `aws`, `aws-cn` or `aws-us-gov`. */
export function partitionOfRegion(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** The ARN of a repository, be it there or not: what a policy's Resource is matched with. */
export function repositoryArn(accountId: string, region: string, name: string): string {
  return `arn:${partitionOfRegion(region)}:ecr:${region}:${accountId}:repository/${name}`;
}

/** The tags of an image, sorted. */
export function tagsOf(repository: Repository, digest: string): string[] {
  return [...repository.tags]
    .filter(([, target]) => target === digest)
    .map(([tag]) => tag)
    .sort();
}
