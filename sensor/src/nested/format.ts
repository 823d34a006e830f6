import type { GapReason } from '@tidewaiter/shared/findings';
import type { LayerLimits, Stop } from '../layers/index.ts';
import type { Budget } from './budget.ts';
import type { FilesInside, StreamInside } from './inside.ts';
import type { NestedLimits } from './limits.ts';
import type { PushInput, Reading } from './push-input.ts';

/** An archive that is being read: what its reader may use. */
export interface Archive {
  /** As findings name it. */
  readonly path: string;
  readonly limits: NestedLimits;
  readonly tarLimits: LayerLimits;
  /** What is unpacked and held counts here; what goes to `stream` or `files` is counted there. */
  readonly budget: Budget;
  /** For content of one stream; `unnamed` is what it is called if it is no tar. */
  stream(unnamed: string): StreamInside;
  /** For files, each of which the archive names. */
  files(): FilesInside;
  /** Something in it that is not read; `name` is that of an entry, null for all that follows. */
  gap(reason: GapReason, name: string | null, bytes: number | null): void;
}

/** A kind of archive: known by magic bytes and structure, since a name says nothing. One entry in formats.ts, one reader a file. */
interface Known {
  readonly name: string;
  /** @param head the file's first HEAD_BYTES, or all of it. */
  is(head: Uint8Array): boolean;
}

/** Read as it goes by. @returns why it could not be read to its end. */
export interface FormatNow extends Known {
  /** For what its head does not tell: looks whether there is an archive, and stops where it begins. */
  readonly find?: (input: PushInput) => Reading<boolean>;
  read(input: PushInput, archive: Archive): Reading<Stop>;
}

/** Read by a decoder that answers on a later turn. */
export interface FormatLater extends Known {
  /** Its decoder does one at a time: another one waits, and holds its bytes meanwhile. */
  readonly isAlone: boolean;
  readLater(chunks: AsyncIterable<Uint8Array>, archive: Archive): Promise<Stop>;
}

export type Format = FormatNow | FormatLater;

/** A tar is known by a whole header block. */
export const HEAD_BYTES = 512;

/** A plain loop: every file of a layer is asked this for each kind of archive. */
export function startsWith(bytes: Uint8Array, ...magic: readonly number[]): boolean {
  for (let at = 0; at < magic.length; at++) if (bytes[at] !== magic[at]) return false;
  return true;
}

/** The last part of a path without these endings: what a compressed file is called once it is unpacked. */
export function stemOf(path: string, ...endings: readonly string[]): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const ending = endings.find((text) => name.length > text.length && name.toLowerCase().endsWith(text));
  return ending === undefined ? name : name.slice(0, -ending.length);
}
