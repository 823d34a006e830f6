import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Digest, MANIFEST_BYTES_MAX } from '@tidewaiter/shared/images';
import { MANIFEST_TYPES, verifiedDigest } from '../manifest-bytes.ts';
import { within } from '../network/aborted.ts';
import { DOCUMENT_MS_MAX } from '../network/limits.ts';
import type { Answer } from '../network/network.ts';
import { bodyFrom, pause, rangeFrom, resumed } from '../network/resume.ts';
import type { ImageTarget, RemoteSurroundings } from '../remote.ts';
import type { RawManifest } from '../source.ts';
import { readBody } from './body.ts';
import type { OciConnection } from './connection.ts';
import { refusalOf } from './errors.ts';
import { TRIES_MAX } from './limits.ts';

interface DocumentDemand {
  readonly scope: string;
  readonly accept?: readonly string[];
  readonly bytesMax: number;
}

interface OciDocument {
  readonly answer: Answer;
  readonly bytes: Buffer | null;
}

/** The verbs of the distribution API that a scan needs. */
export class OciClient {
  readonly #connection: OciConnection;
  readonly #around: RemoteSurroundings;
  readonly #documentMs: number;

  constructor(connection: OciConnection, around: RemoteSurroundings, documentMs = DOCUMENT_MS_MAX) {
    this.#connection = connection;
    this.#around = around;
    this.#documentMs = documentMs;
  }

  /**
   * A manifest, token or list that must be there (200), tried again where it may pass; `bytes` is null past `bytesMax`.
   * @throws what refusalOf makes, and as OciConnection.get.
   */
  async document(path: string, { scope, accept, bytesMax }: DocumentDemand, signal: AbortSignal): Promise<OciDocument> {
    const which = `${this.#connection.origin.host}/${path}`;
    const limited = within(this.#documentMs, signal);
    for (let tries = 1; ; tries++) {
      try {
        const answer = await this.#connection.get(path, scope, accept === undefined ? {} : { accept: accept.join(', ') }, limited);
        if (answer.status !== 200) throw await refusalOf(answer, which, limited);
        return { answer, bytes: await readBody(answer, bytesMax, which, limited) };
      } catch (error) {
        if (!(error instanceof TidewaiterError) || !error.retryable || limited.aborted || tries >= TRIES_MAX) throw error;
        await pause(error, tries, this.#around.chance, limited);
      }
    }
  }

  async manifest(repository: string, target: ImageTarget, signal: AbortSignal): Promise<RawManifest> {
    const reference = 'digest' in target ? target.digest : target.tag;
    const which = `${repository}${'digest' in target ? '@' : ':'}${reference}`;
    const demand = { scope: pullScope(repository), accept: MANIFEST_TYPES, bytesMax: MANIFEST_BYTES_MAX };
    const { answer, bytes } = await this.document(`${repository}/manifests/${reference}`, demand, signal);
    if (bytes === null)
      throw new TidewaiterError('manifest.too-large', { which, got: 'more', want: `at most ${MANIFEST_BYTES_MAX} bytes` });
    const want = 'digest' in target ? target.digest : answer.header('docker-content-digest');
    return { digest: verifiedDigest(bytes, want, which), mediaType: mediaTypeOf(answer), bytes };
  }

  /** Each connection begins at the registry, so that a store's URL is always fresh. */
  blob(repository: string, digest: Digest, sizeBytes: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const which = `${digest} of ${repository}`;
    const open = async (fromByte: number, connected: AbortSignal): Promise<AsyncIterable<Uint8Array> | null> => {
      const answer = await this.#connection.get(`${repository}/blobs/${digest}`, pullScope(repository), rangeFrom(fromByte), connected);
      if ([200, 206, 416].includes(answer.status)) return bodyFrom(answer, fromByte, which);
      throw await refusalOf(answer, which, connected);
    };
    return resumed({ which, sizeBytes, open, around: this.#around }, signal);
  }
}

export const pullScope = (repository: string): string => `repository:${repository}:pull`;

const mediaTypeOf = (answer: Answer): string => (answer.header('content-type') ?? '').split(';')[0]?.trim() ?? '';
