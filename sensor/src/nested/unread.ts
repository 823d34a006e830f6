import type { Stop } from '../layers/index.ts';
import { type FormatNow, startsWith } from './format.ts';
import type { PushInput, Reading } from './push-input.ts';

/** A format that no reader here opens: it is known so that it can be named. Its bytes are read as they are. */
function unread(name: string, ...magic: readonly number[]): FormatNow {
  return {
    name,
    is: (head) => startsWith(head, ...magic),
    *read(input: PushInput): Reading<Stop> {
      yield* input.fill(1);
      return 'unsupported-compression';
    },
  };
}

function isLzma(head: Uint8Array): boolean {
  return startsWith(head, 0x5d, 0, 0) && startsWith(head.subarray(5), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
}

export const unreadFormats: readonly FormatNow[] = [
  unread('rpm', 0xed, 0xab, 0xee, 0xdb),
  unread('7z', 0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c),
  unread('rar', 0x52, 0x61, 0x72, 0x21, 0x1a, 0x07),
  unread('cab', 0x4d, 0x53, 0x43, 0x46, 0, 0, 0, 0),
  unread('lz4', 0x04, 0x22, 0x4d, 0x18),
  unread('lzip', 0x4c, 0x5a, 0x49, 0x50, 0x01),
  unread('compress', 0x1f, 0x9d, 0x90),
  // lzma alone has no magic: its usual properties, a dictionary of whole 64 KiB, and a size not known.
  { ...unread('lzma', 0x5d, 0, 0), is: isLzma },
  unread('squashfs', 0x68, 0x73, 0x71, 0x73),
];
