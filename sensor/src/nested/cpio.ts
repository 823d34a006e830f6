import type { Stop } from '../layers/index.ts';
import { type Archive, type FormatNow, startsWith } from './format.ts';
import type { FilesInside } from './inside.ts';
import type { PushInput, Reading } from './push-input.ts';

/** Where the fields stand in a header of cpio(5): "New ASCII Format", with or without sums, and the older "Portable ASCII Format". */
interface Form {
  readonly headerBytes: number;
  readonly radix: 8 | 16;
  readonly mode: readonly [from: number, to: number];
  readonly nameBytes: readonly [from: number, to: number];
  readonly sizeBytes: readonly [from: number, to: number];
  /** Header with name, and content, are filled up to a multiple of this. */
  readonly align: number;
}

const NEW: Form = { headerBytes: 110, radix: 16, mode: [14, 22], nameBytes: [94, 102], sizeBytes: [54, 62], align: 4 };
const PORTABLE: Form = { headerBytes: 76, radix: 8, mode: [18, 24], nameBytes: [59, 65], sizeBytes: [65, 76], align: 1 };
const MAGIC_BYTES = 6;

/** Linux allows names of 4 KiB. */
const NAME_BYTES_MAX = 1 << 13;
const LAST_NAME = 'TRAILER!!!';
const FILE_TYPE = 0o170000;
const FOLDER = 0o040000;

interface Header {
  readonly form: Form;
  readonly isFolder: boolean;
  readonly nameBytes: number;
  readonly sizeBytes: number;
}

type Named = Header & { readonly name: string };

/**
 * cpio: what an initramfs is made of. The kernel takes several in a row, zeros between them, and compressed ones behind (initramfs buffer
 * format in its documentation); what follows the last that is none is read as a file, so that it is opened as one.
 */
export const cpio: FormatNow = {
  name: 'cpio',
  is: (head) => startsWith(head, 0x30, 0x37, 0x30, 0x37, 0x30) && parse(head) !== null,
  read: readAll,
};

function* readAll(input: PushInput, archive: Archive): Reading<Stop> {
  const files = archive.files();
  const entries = { left: archive.limits.entriesMax };
  for (;;) {
    const stop = yield* readOne(input, files, entries);
    if (stop) return stop;
    yield* passZeros(input);
    if (!(yield* input.fill(1))) return null;
    yield* input.fill(NEW.headerBytes);
    if (!parse(input.pending)) return yield* readRest(input, files);
  }
}

function* readOne(input: PushInput, files: FilesInside, entries: { left: number }): Reading<Stop> {
  for (;;) {
    const header = yield* readHeader(input);
    if (typeof header === 'string') return header;
    if (header.name === LAST_NAME) return null;
    if (entries.left-- <= 0) return 'limit-entries';
    if (header.isFolder && header.sizeBytes === 0) continue;
    const stop = yield* readFile(input, files, header);
    if (stop) return stop;
  }
}

function* readHeader(input: PushInput): Reading<Named | 'truncated' | 'corrupt'> {
  const isThere = yield* input.fill(NEW.headerBytes);
  const header = parse(input.pending);
  if (!header) return isThere ? 'corrupt' : 'truncated';
  const { form, nameBytes } = header;
  if (!(yield* input.fill(form.headerBytes + nameBytes))) return 'truncated';
  const name = Buffer.from(input.pending.subarray(form.headerBytes, form.headerBytes + nameBytes - 1)).toString();
  yield* input.pass(aligned(form.headerBytes + nameBytes, form));
  return { ...header, name };
}

function* readFile(input: PushInput, files: FilesInside, { form, name, sizeBytes }: Named): Reading<Stop> {
  files.begin(name, sizeBytes);
  let stop: Stop = null;
  for (let left = sizeBytes; left > 0 && !stop; ) {
    const bytes = yield* input.take(left);
    left -= bytes.length;
    stop = bytes.length === 0 ? 'truncated' : files.write(bytes);
  }
  files.end(stop);
  if (!stop) yield* input.pass(aligned(sizeBytes, form) - sizeBytes);
  return stop;
}

function* readRest(input: PushInput, files: FilesInside): Reading<Stop> {
  files.begin('!(rest)', -1);
  let stop: Stop = null;
  while (!stop && (yield* input.fill(1))) stop = files.write(yield* input.take(input.pending.length));
  files.end(stop);
  return stop;
}

function* passZeros(input: PushInput): Reading<void> {
  while (yield* input.fill(1)) {
    const from = input.pending.findIndex((byte) => byte !== 0);
    input.skip(from < 0 ? input.pending.length : from);
    if (from >= 0) return;
  }
}

function parse(bytes: Uint8Array): Header | null {
  const magic = Buffer.from(bytes.subarray(0, MAGIC_BYTES)).toString('latin1');
  const form = magic === '070701' || magic === '070702' ? NEW : magic === '070707' ? PORTABLE : null;
  if (!form || bytes.length < form.headerBytes) return null;
  const header = Buffer.from(bytes.subarray(0, form.headerBytes)).toString('latin1');
  const field = ([from, to]: readonly [number, number]): number => numberOf(header.slice(from, to), form.radix);
  const [mode, nameBytes, sizeBytes] = [field(form.mode), field(form.nameBytes), field(form.sizeBytes)];
  if (!(mode >= 0 && nameBytes > 0 && nameBytes <= NAME_BYTES_MAX && sizeBytes >= 0)) return null;
  return { form, isFolder: (mode & FILE_TYPE) === FOLDER, nameBytes, sizeBytes };
}

/** NaN for what is no number. */
function numberOf(digits: string, radix: 8 | 16): number {
  const isNumber = radix === 8 ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/;
  return isNumber.test(digits) ? Number.parseInt(digits, radix) : Number.NaN;
}

const aligned = (bytes: number, { align }: Form): number => Math.ceil(bytes / align) * align;
