import { ar } from './ar.ts';
import { bzip2 } from './bzip2.ts';
import type { Format } from './format.ts';
import { cpio } from './cpio.ts';
import { gitObject } from './git-object.ts';
import { gitBundle, gitPack } from './git-pack.ts';
import { gzip } from './gzip.ts';
import { tar } from './tar.ts';
import { unreadFormats } from './unread.ts';
import { xz } from './xz.ts';
import { zip } from './zip.ts';
import { zipBehind } from './zip-behind.ts';
import { zstd } from './zstd.ts';

/** Those with magic bytes first: a tar is known by a sum. */
const formats: readonly Format[] = [gzip, zip, xz, zstd, bzip2, ar, gitPack, gitBundle, cpio, ...unreadFormats, gitObject, zipBehind, tar];

/** @param head the file's first HEAD_BYTES, or all of it. */
export function formatOf(head: Uint8Array): Format | null {
  return formats.find((format) => format.is(head)) ?? null;
}
