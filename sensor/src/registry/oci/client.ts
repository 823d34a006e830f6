import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Digest } from '@tidewaiter/shared/images';
import { MANIFEST_BYTES_MAX, MANIFEST_TYPES, verifiedDigest } from '../manifest-bytes.ts';
import type { Answer } from '../network/network.ts';
import { bodyFrom, pause, rangeFrom, resumed } from '../network/resume.ts';
import type { ImageTarget } from '../remote.ts';
import type { RawManifest } from '../source.ts';
import { readBody } from './body.ts';
import type { OciConnection } from './connection.ts';
import { refusalOf } from './errors.ts';
import { TRIES_MAX } from './limits.ts';

/** The verbs of the distribution API that a scan needs. */
export class OciClient {
  readonly #connection: OciConnection;
  readonly #chance: () => number;

  constructor(connection: OciConnection, chance: () => number) {
    this.#connection = connection;
    this.#chance = chance;
  }

  /** GET of what must be there (200), tried again where it may pass. @throws what refusalOf makes, and as OciConnection.get. */
  async getExisting(path: string, scope: string, accept: readonly string[], signal: AbortSignal): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const failure = await this.#try(path, scope, accept, signal);
      if (!(failure instanceof TidewaiterError)) return failure;
      if (tries >= TRIES_MAX || !failure.retryable || failure.code === 'cancelled') throw failure;
      await pause(failure, tries, this.#chance, signal);
    }
  }

  async #try(path: string, scope: string, accept: readonly string[], signal: AbortSignal): Promise<Answer | TidewaiterError> {
    try {
      const answer = await this.#connection.get(path, scope, accept.length === 0 ? {} : { accept: accept.join(', ') }, signal);
      return answer.status === 200 ? answer : await refusalOf(answer, `${this.#connection.origin.host}/${path}`, signal);
    } catch (error) {
      if (error instanceof TidewaiterError) return error;
      throw error;
    }
  }

  async manifest(repository: string, target: ImageTarget, signal: AbortSignal): Promise<RawManifest> {
    const reference = 'digest' in target ? target.digest : target.tag;
    const which = `${repository}${'digest' in target ? '@' : ':'}${reference}`;
    const answer = await this.getExisting(`${repository}/manifests/${reference}`, pullScope(repository), MANIFEST_TYPES, signal);
    const bytes = await readBody(answer, MANIFEST_BYTES_MAX, which, signal);
    if (bytes === null)
      throw new TidewaiterError('manifest.too-large', { which, got: 'more', want: `at most ${MANIFEST_BYTES_MAX} bytes` });
    const want = 'digest' in target ? target.digest : answer.header('docker-content-digest');
    return { digest: verifiedDigest(bytes, want, which), mediaType: mediaTypeOf(answer), bytes };
  }

  /** Each connection begins at the registry, so that a store's URL is always fresh. */
  blob(repository: string, digest: Digest, sizeBytes: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const which = `${digest} of ${repository}`;
    const open = async (fromByte: number): Promise<AsyncIterable<Uint8Array> | null> => {
      const answer = await this.#connection.get(`${repository}/blobs/${digest}`, pullScope(repository), rangeFrom(fromByte), signal);
      if ([200, 206, 416].includes(answer.status)) return bodyFrom(answer, fromByte, which);
      throw await refusalOf(answer, which, signal);
    };
    return resumed({ which, sizeBytes, open, chance: this.#chance }, signal);
  }
}

export const pullScope = (repository: string): string => `repository:${repository}:pull`;

const mediaTypeOf = (answer: Answer): string => (answer.header('content-type') ?? '').split(';')[0]?.trim() ?? '';
