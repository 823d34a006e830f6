import type { ErrorCode } from '../errors/index.ts';
import type { Gap, GapReason } from '../findings/index.ts';

/** Codes that say more than that it could not be had. */
const reasons: Readonly<Partial<Record<ErrorCode, GapReason>>> = {
  'layer.digest-mismatch': 'digest-mismatch',
  'layer.size-mismatch': 'size-lies',
  'layer.foreign': 'foreign',
  'fact.disputed': 'disputed',
  'manifest.invalid': 'corrupt',
  'manifest.digest-mismatch': 'digest-mismatch',
  'manifest.too-deep': 'limit-depth',
  'manifest.too-large': 'limit-bytes',
};

/** A layer or manifest that became no fact, as a gap of its image. `code` is an error's; one nobody knows says `download-failed`. */
export function gapOfUnread(digest: string, code: string): Gap {
  const reason = Object.hasOwn(reasons, code) ? reasons[code as ErrorCode] : undefined;
  return { reason: reason ?? 'download-failed', path: digest, bytes: null };
}
