import { createHash, type Hash } from 'node:crypto';
import type { Stop } from '../layers/index.ts';
import { type Archive, type FormatNow, startsWith } from './format.ts';
import { GitContents } from './git-contents.ts';
import { ENTRY_HEADER_BYTES_MAX, type PackEntry, parseEntry } from './git-entry.ts';
import { HeldPack } from './git-held.ts';
import { ADLER_BYTES } from './git-object.ts';
import type { Inflated } from './inflate.ts';
import type { FilesInside } from './inside.ts';
import type { PushInput, Reading } from './push-input.ts';
import type { Unpacker } from './unpacker.ts';

const HEADER_BYTES = 12;

/** gitformat-pack: version 2 or 3 of one form; 3 was never written. */
const isPack = (bytes: Uint8Array): boolean => startsWith(bytes, 0x50, 0x41, 0x43, 0x4b, 0, 0, 0) && (bytes[7] === 2 || bytes[7] === 3);

/**
 * A git pack, read as it goes by: objects that are whole, and those made from others (deltas), which stand behind them but for few. An
 * object is a file of its own, called by its id, and a blob by what it was called when it was committed, too.
 */
export const gitPack: FormatNow = {
  name: 'git pack',
  is: isPack,
  read: (input, archive) => new PackReader(input, archive, isNamedBySha256(archive.path) ? 'sha256' : 'sha1').read(),
};

/** gitformat-bundle: references, an empty line, and a pack, which may lack the bases of its deltas. */
export const gitBundle: FormatNow = {
  name: 'git bundle',
  is: (head) => /^# v[23] git bundle\n/.test(Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 16)).toString('latin1')),
  read: readBundle,
};

/** Packs are called by their hash (git-pack-objects(1)). Nothing in them says which hash it is. */
const isNamedBySha256 = (path: string): boolean => /pack-[0-9a-f]{64}\.pack$/.test(path);

/** Longer than a reference's name may be on any file system. */
const LINE_BYTES_MAX = 1 << 13;
const LINE_END = 0x0a;

function* readBundle(input: PushInput, archive: Archive): Reading<Stop> {
  for (let format: 'sha1' | 'sha256' = 'sha1'; ; ) {
    let end = input.pending.indexOf(LINE_END);
    for (let wanted = 1; end < 0; end = input.pending.indexOf(LINE_END)) {
      wanted = input.pending.length + 1;
      if (wanted > LINE_BYTES_MAX) return 'corrupt';
      if (!(yield* input.fill(wanted))) return 'truncated';
    }
    const line = Buffer.from(input.pending.subarray(0, end)).toString('latin1');
    input.skip(end + 1);
    if (line === '@object-format=sha256') format = 'sha256';
    if (line === '') return yield* new PackReader(input, archive, format).read();
  }
}

class PackReader {
  readonly #input: PushInput;
  readonly #archive: Archive;
  readonly #hash: Hash;
  readonly #idBytes: number;
  readonly #held: HeldPack;
  readonly #files: FilesInside;
  readonly #unpacker: Unpacker;
  readonly #contents: GitContents;
  #at = 0;

  constructor(input: PushInput, archive: Archive, format: 'sha1' | 'sha256') {
    this.#input = input;
    this.#archive = archive;
    this.#hash = createHash(format);
    this.#idBytes = format === 'sha1' ? 20 : 32;
    archive.budget.raiseRatio(archive.limits.gitRatioMax);
    this.#held = new HeldPack(archive.budget.packs);
    this.#files = archive.files();
    this.#unpacker = this.#files.unpacker(archive.limits.gitObjectBytesMax);
    const { files, unpacker, held } = { files: this.#files, unpacker: this.#unpacker, held: this.#held };
    this.#contents = new GitContents({ archive, files, unpacker, held, format, idBytes: this.#idBytes });
  }

  *read(): Reading<Stop> {
    const stop = yield* this.#readPack();
    this.#contents.finish();
    this.#contents.drop();
    this.#held.drop();
    const why = this.#contents.stop ?? stop;
    if (why) this.#archive.gap(why, null, null);
    return null;
  }

  *#readPack(): Reading<Stop> {
    const input = this.#input;
    if (!(yield* input.fill(HEADER_BYTES))) return 'truncated';
    if (!isPack(input.pending)) return 'corrupt';
    const counted = new DataView(input.pending.buffer, input.pending.byteOffset, HEADER_BYTES).getUint32(8);
    this.#consume(HEADER_BYTES);
    const { objects } = this.#contents;
    // A count that lies hides nothing: what is no trailer is read as an object.
    while ((yield* input.fill(this.#idBytes + 1)) && !(objects.count === counted && this.#endsHere())) {
      if (objects.count >= this.#archive.limits.entriesMax) return 'limit-entries';
      const stop = yield* this.#readObject();
      if (stop) return stop;
    }
    if (input.pending.length < this.#idBytes || objects.count < counted) return 'truncated';
    return objects.count === counted && input.pending.length === this.#idBytes && this.#endsHere() ? null : 'corrupt';
  }

  /** The pack's last bytes are the hash of all before. */
  #endsHere(): boolean {
    return this.#hash.copy().digest().equals(this.#input.pending.subarray(0, this.#idBytes));
  }

  *#readObject(): Reading<Stop> {
    const input = this.#input;
    const isWhole = yield* input.fill(ENTRY_HEADER_BYTES_MAX);
    const entry = parseEntry(input.pending.subarray(0, ENTRY_HEADER_BYTES_MAX), this.#idBytes);
    if (!entry) return isWhole ? 'corrupt' : 'truncated';
    const number = this.#contents.objects.add(this.#at, entry.headerBytes);
    this.#consume(entry.headerBytes);
    const isLong = entry.kind !== 'delta' && entry.sizeBytes > this.#archive.limits.gitObjectBytesMax;
    return isLong ? yield* this.#passOn(number, entry) : yield* this.#unpack(number, entry);
  }

  *#unpack(number: number, entry: PackEntry): Reading<Stop> {
    const unpacker = this.#unpacker;
    unpacker.beginDeflated();
    const fault = yield* this.#inflate((bytes) => {
      const before = unpacker.droppedBytes;
      const step = unpacker.writeDeflated(bytes);
      const limit = this.#archive.budget.take(unpacker.droppedBytes - before);
      return limit ? { ...step, state: limit } : step;
    });
    const content = unpacker.content();
    if (fault) this.#contents.part(number, entry.kind, content, fault);
    else if (unpacker.droppedBytes > 0) this.#contents.part(number, entry.kind, content, 'limit-bytes');
    else this.#contents.add(number, entry, content);
    return fault ?? this.#contents.stop;
  }

  /** Too long to be a base, or to have its id known before it is read: it goes on as it comes. */
  *#passOn(number: number, { kind, sizeBytes }: PackEntry): Reading<Stop> {
    const files = this.#files;
    this.#contents.objects.fail(number, 'limit-bytes');
    files.begin(this.#contents.labelOf(number, kind), sizeBytes);
    files.beginDeflated();
    const fault = yield* this.#inflate((bytes) => files.writeDeflated(bytes));
    files.end(fault ?? (files.sizeBytes === sizeBytes ? null : 'size-lies'));
    return fault;
  }

  /** The Adler-32 behind each stream is passed over: the hash of the whole pack is compared. */
  *#inflate(write: (bytes: Uint8Array) => Inflated): Reading<Stop> {
    for (;;) {
      if (!(yield* this.#input.fill(1))) return 'truncated';
      const { consumed, state } = write(this.#input.pending);
      this.#consume(consumed);
      if (state === 'hungry') continue;
      if (state !== 'ended') return state;
      if (!(yield* this.#input.fill(ADLER_BYTES))) return 'truncated';
      this.#consume(ADLER_BYTES);
      return null;
    }
  }

  #consume(length: number): void {
    const bytes = this.#input.pending.subarray(0, length);
    this.#hash.update(bytes);
    this.#held.add(bytes);
    this.#at += length;
    this.#input.skip(length);
  }
}
