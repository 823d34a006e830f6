import { TidewaiterError } from '../errors/index.ts';

/** `sha256:` and 64 lower-case hex digits; no other algorithm is accepted (OCI image-spec, descriptor.md). */
export type Digest = `sha256:${string}`;

/** Whether `text` is one; nothing is trimmed or lowered. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** @throws reference.invalid when `text` is no digest. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new TidewaiterError('reference.invalid', {
    which: 'digest',
    got: JSON.stringify(text.slice(0, 100)),
    want: 'sha256: and 64 hex digits',
  });
}
