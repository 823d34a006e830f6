import { createHash } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Digest, isDigest, MANIFEST_BYTES_MAX } from '@tidewaiter/shared/images';
import type { RawManifest } from '../registry/index.ts';
import { blobName, type FileStore } from './blob-store.ts';

/** A whole file into memory. @throws registry.unreachable when it is not there, manifest.too-large past `bytesMax`. */
export async function readDocument(
  store: FileStore,
  name: string,
  which: string,
  signal: AbortSignal,
  bytesMax = MANIFEST_BYTES_MAX,
): Promise<Buffer> {
  const size = await store.sizeOf(name);
  if (size === null)
    throw new TidewaiterError('registry.unreachable', { which, got: `no ${name} in it`, remedy: 'Check what was written there.' });
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of size > bytesMax ? [] : store.read(name, signal)) {
    bytes += chunk.length;
    if (bytes > bytesMax) break;
    parts.push(Buffer.from(chunk));
  }
  if (Math.max(bytes, size) > bytesMax) {
    throw new TidewaiterError('manifest.too-large', {
      which: `${name} of ${which}`,
      got: `${size} bytes`,
      want: `at most ${bytesMax}`,
    });
  }
  return Buffer.concat(parts);
}

/** @throws manifest.invalid when the file is no JSON object or list. */
export async function readJson(store: FileStore, name: string, which: string, signal: AbortSignal): Promise<object> {
  const bytes = await readDocument(store, name, which, signal);
  const invalid = (got: string): TidewaiterError =>
    new TidewaiterError('manifest.invalid', { which: `${name} of ${which}`, got, want: 'JSON' });
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    throw invalid('no JSON');
  }
  throw invalid('a bare value');
}

/** A manifest blob by its digest. @throws image.gone when it is not there, manifest.digest-mismatch. */
export async function readManifest(
  store: FileStore,
  digest: Digest,
  mediaType: string,
  which: string,
  signal: AbortSignal,
): Promise<RawManifest> {
  if ((await store.sizeOf(blobName(digest))) === null) throw new TidewaiterError('image.gone', { which: `${digest} in ${which}` });
  const bytes = await readDocument(store, blobName(digest), which, signal);
  const got = digestOfBytes(bytes);
  if (got !== digest) throw new TidewaiterError('manifest.digest-mismatch', { which, got, want: digest });
  return { digest, mediaType, bytes };
}

export const digestOfBytes = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** A member of a parsed document, or undefined. */
export const member = (value: unknown, key: string): unknown => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined);

/** A text, or '' for anything else. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** @throws manifest.invalid when `value` is no sha256 digest. */
export function asDigest(value: unknown, which: string): Digest {
  if (typeof value === 'string' && isDigest(value)) return value;
  throw new TidewaiterError('manifest.invalid', {
    which,
    got: JSON.stringify(value)?.slice(0, 100) ?? 'nothing',
    want: 'sha256: and 64 hex digits',
  });
}
