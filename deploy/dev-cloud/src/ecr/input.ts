import { isRecord } from '../http/index.ts';
import { invalidParameter } from './errors.ts';
import type { ImageId } from './registries.ts';
import { repositoryNamePattern } from './repository.ts';

/** The JSON body of a call, read with the constraints of ECR's model and the wording of its errors. */
export class Input {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(members: Readonly<Record<string, unknown>>) {
    this.#members = members;
  }

  optional(name: string): string | undefined {
    const value = this.#members[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw invalidParameter(name, 'Member must be a string');
    return value;
  }

  text(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw invalidParameter(name, 'Member must not be null');
    return value;
  }

  repositoryName(): string {
    return checkRepositoryName('repositoryName', this.text('repositoryName'));
  }

  /** A list of strings; undefined if absent. */
  texts(name: string, min: number, max: number): readonly string[] | undefined {
    const list = this.#list(name, min, max);
    return list?.map((item) => {
      if (typeof item !== 'string') throw invalidParameter(name, 'Member must be a string');
      return item;
    });
  }

  imageIds(): readonly ImageId[] | undefined {
    return this.#list('imageIds', 1, 100)?.map((item) => readImageId('imageIds', item));
  }

  imageId(name: string): ImageId {
    return readImageId(name, this.#members[name]);
  }

  /** A structure's members; empty if absent. */
  structure(name: string): Input {
    const value = this.#members[name] ?? {};
    if (!isRecord(value)) throw invalidParameter(name, 'Member must be a structure');
    return new Input(value);
  }

  /** One of an enumeration; undefined if absent. */
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const given = this.optional(name);
    if (given === undefined) return undefined;
    const known = values.find((value) => value === given);
    if (known === undefined) throw invalidParameter(name, `Member must satisfy enum value set: [${values.join(', ')}]`);
    return known;
  }

  /** `maxResults`, from 1 to `max`; `fallback` if absent. */
  maxResults(max: number, fallback: number): number {
    const value = this.#members['maxResults'] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw invalidParameter('maxResults', 'Member must be an integer');
    if (value < 1) throw invalidParameter('maxResults', 'Member must have value greater than or equal to 1');
    if (value > max) throw invalidParameter('maxResults', `Member must have value less than or equal to ${max}`);
    return value;
  }

  /** `nextToken` and `maxResults` page a whole list; with named items they are refused. */
  refusePaging(beside: string): void {
    for (const name of ['nextToken', 'maxResults']) {
      if (this.#members[name] !== undefined && this.#members[name] !== null) throw invalidParameter(name, `cannot be used with ${beside}`);
    }
  }

  #list(name: string, min: number, max: number): readonly unknown[] | undefined {
    const value = this.#members[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) throw invalidParameter(name, 'Member must be a list');
    if (value.length < min) throw invalidParameter(name, `Member must have length greater than or equal to ${min}`);
    if (value.length > max) throw invalidParameter(name, `Member must have length less than or equal to ${max}`);
    return value as unknown[];
  }
}

export function checkRepositoryName(member: string, name: string): string {
  if (name.length < 2) throw invalidParameter(member, 'Member must have length greater than or equal to 2');
  if (name.length > 256) throw invalidParameter(member, 'Member must have length less than or equal to 256');
  if (!new RegExp(`^${repositoryNamePattern}$`).test(name))
    throw invalidParameter(member, `must satisfy regular expression '${repositoryNamePattern}'`);
  return name;
}

function readImageId(member: string, value: unknown): ImageId {
  if (!isRecord(value)) throw invalidParameter(member, 'Member must be a structure');
  const { imageDigest, imageTag } = value;
  if (typeof imageTag === 'string' && (imageTag.length < 1 || imageTag.length > 300)) {
    throw invalidParameter('imageTag', 'Member must have length between 1 and 300');
  }
  return {
    ...(typeof imageDigest === 'string' ? { imageDigest } : {}),
    ...(typeof imageTag === 'string' ? { imageTag } : {}),
  };
}
