import type { Gap } from '@tidewaiter/shared/findings';
import type { BlockReader } from './content-block.ts';
import { PATH_BYTES } from '../memory/index.ts';
import type { ContentSink, EntryType } from './face.ts';
import type { LayerLimits, Stop } from './limits.ts';
import { cleanPath } from './path.ts';
import { GNU_SPARSE_MORE_AT, hasTarChecksum, isZeroBlock, parseTarHeader, TAR_BLOCK_BYTES, type TarHeader } from './tar-header.ts';
import { type PaxRecords, parsePax } from './tar-pax.ts';

type State = 'header' | 'sparse-map' | 'meta' | 'content' | 'padding' | 'over';

/**
 * Walks a tar where it lies in the pass memory. Headers are read in place: one that is cut by a block border lies whole across the border,
 * since the end of the block before stands just below. It follows Go's archive/tar, which the container runtimes use: links, devices and
 * directories have no content whatever their size says, global pax headers change nothing, a GNU long name outranks a pax path.
 */
export class TarWalk implements BlockReader {
  readonly #memory: Uint8Array;
  readonly #sink: ContentSink;
  readonly #limits: LayerLimits;
  readonly #onRest: (at: number, length: number, stop: Stop) => void;
  #state: State = 'header';
  /** Bytes of the current 512-byte block that lie below the next block's start. */
  #held = 0;
  /** Bytes of the current content, meta body or padding still to come. */
  #left = 0;
  #padding = 0;
  #entries = 0;
  #path = '';
  #meta: { readonly type: string; readonly parts: Buffer[] } = { type: '', parts: [] };
  #pax: PaxRecords | null = null;
  #longName: Uint8Array | null = null;
  #longLink: Uint8Array | null = null;
  #sparse: TarHeader | null = null;
  /** What stood before the next entry's header and may hold text: pax records, long names, sparse maps. */
  #before: Uint8Array[] = [];
  #beforeBytes = 0;

  /** @param onRest told once where the bytes behind the archive begin, and why if the walk could not go on; it gets all that follows. */
  constructor(memory: Uint8Array, sink: ContentSink, limits: LayerLimits, onRest: (at: number, length: number, stop: Stop) => void) {
    this.#memory = memory;
    this.#sink = sink;
    this.#limits = limits;
    this.#onRest = onRest;
  }

  read(at: number, length: number): void {
    const end = at + length;
    for (let from = at; from < end; ) {
      if (this.#state === 'over') {
        this.#onRest(from, end - from, null);
        return;
      }
      from = this.#step(from, end);
    }
  }

  /** The content is over. @param stop why it ended early, if it did. */
  end(stop: Stop): Stop {
    switch (this.#state) {
      case 'content':
        this.#sink.end(this.#gap(stop ?? 'truncated', this.#left));
        return stop ?? 'truncated';
      case 'header':
        return stop ?? (this.#held > 0 || this.#hasMeta() ? 'truncated' : null);
      case 'padding':
      case 'over':
        return stop;
      default:
        return stop ?? 'truncated';
    }
  }

  #step(from: number, end: number): number {
    switch (this.#state) {
      case 'header':
      case 'sparse-map':
        return this.#stepBlock(from, end);
      case 'content': {
        const length = Math.min(this.#left, end - from);
        this.#sink.push(from, length);
        this.#left -= length;
        if (this.#left === 0) this.#endContent();
        return from + length;
      }
      case 'meta':
      case 'padding':
        return this.#stepBody(from, end);
      default:
        return end;
    }
  }

  #stepBlock(from: number, end: number): number {
    const missing = TAR_BLOCK_BYTES - this.#held;
    if (end - from < missing) {
      this.#held += end - from;
      return end;
    }
    const at = from - this.#held;
    const block = this.#memory.subarray(at, at + TAR_BLOCK_BYTES);
    this.#held = 0;
    if (this.#state === 'sparse-map') this.#takeSparseMap(block);
    else this.#takeHeader(block, at, end);
    return this.#state === 'over' ? end : from + missing;
  }

  #stepBody(from: number, end: number): number {
    const length = Math.min(this.#left, end - from);
    if (this.#state === 'meta') this.#meta.parts.push(Buffer.from(this.#memory.subarray(from, from + length)));
    else if (ZEROS.compare(this.#memory, from, from + length, 0, length) !== 0)
      this.#sink.beside('padding', this.#memory.subarray(from, from + length));
    this.#left -= length;
    if (this.#left > 0) return from + length;
    if (this.#state === 'meta') this.#endMeta(from + length, end);
    else this.#state = 'header';
    return this.#is('over') ? end : from + length;
  }

  // Through a call, since the compiler narrows the state to what it was before #endMeta changed it.
  #is(state: State): boolean {
    return this.#state === state;
  }

  #takeHeader(block: Uint8Array, at: number, end: number): void {
    if (!hasTarChecksum(block)) {
      const isEnd = isZeroBlock(block);
      this.#finish(at, end, isEnd && !this.#hasMeta() ? null : isEnd ? 'truncated' : 'corrupt');
      return;
    }
    const header = parseTarHeader(block);
    const stop = this.#refusal(header);
    if (stop) this.#finish(at, end, stop);
    else if ('xLKg'.includes(header.type)) this.#beginMeta(header);
    else if (header.isExtended) {
      // The map's blocks stand between header and content, and may overwrite the header's place in memory.
      this.#sparse = { ...header, name: header.name.slice(), linkName: header.linkName.slice() };
      this.#state = 'sparse-map';
    } else this.#beginEntry(header);
  }

  /** Why no byte behind this header can be placed, or null. */
  #refusal(header: TarHeader): Stop {
    if (this.#entries >= this.#limits.entriesMax) return 'limit-entries';
    if (header.sizeBytes < 0) return 'corrupt';
    if ('xLKg'.includes(header.type)) return header.sizeBytes > this.#limits.headerBytesMax ? 'limit-bytes' : null;
    return this.#sizeOf(header) > this.#limits.contentBytesMax ? 'size-lies' : null;
  }

  #takeSparseMap(block: Uint8Array): void {
    this.#keepBefore(block.slice());
    if (block[GNU_SPARSE_MORE_AT] !== 0) return;
    const header = this.#sparse;
    this.#sparse = null;
    if (header) this.#beginEntry(header);
  }

  #beginMeta(header: TarHeader): void {
    this.#meta = { type: header.type, parts: [] };
    this.#left = roundUp(header.sizeBytes);
    this.#padding = this.#left - header.sizeBytes;
    this.#state = this.#left > 0 ? 'meta' : 'header';
  }

  #endMeta(at: number, end: number): void {
    const whole = Buffer.concat(this.#meta.parts);
    const body = whole.subarray(0, whole.length - this.#padding);
    this.#state = 'header';
    this.#keepBefore(whole);
    if (this.#meta.type === 'L') this.#longName = untilNul(body);
    if (this.#meta.type === 'K') this.#longLink = untilNul(body);
    if (this.#meta.type !== 'x') return;
    this.#pax = parsePax(body);
    if (!this.#pax) this.#finish(at, end, 'corrupt');
  }

  #hasMeta(): boolean {
    return this.#before.length > 0;
  }

  /** Goes to the sink with the entry it belongs to; there is no end of headers without one. */
  #keepBefore(bytes: Uint8Array): void {
    if (this.#beforeBytes + bytes.length > this.#limits.headerBytesMax + TAR_BLOCK_BYTES) this.#giveBefore();
    this.#before.push(bytes);
    this.#beforeBytes += bytes.length;
  }

  #giveBefore(): void {
    for (const bytes of this.#before) this.#sink.beside('header', bytes);
    this.#before = [];
    this.#beforeBytes = 0;
  }

  #sizeOf(header: TarHeader): number {
    return typeOf(header.type) === 'file' ? (this.#pax?.sizeBytes ?? header.sizeBytes) : 0;
  }

  #beginEntry(header: TarHeader): void {
    // No system has longer paths (Linux: 4,096 bytes); a longer one is cut, its content is read.
    const rawPath = cleanPath(this.#longName ?? this.#pax?.path ?? header.name).subarray(0, PATH_BYTES);
    const link = this.#longLink ?? this.#pax?.linkPath ?? header.linkName;
    const sizeBytes = this.#sizeOf(header);
    const type = typeOf(header.type);
    const linkTarget = type === 'link' ? decode(link) : '';
    const hardLinkTo = header.type === HARD_LINK ? cleanPath(link).subarray(0, PATH_BYTES) : null;
    this.#path = decode(rawPath);
    this.#pax = this.#longName = this.#longLink = null;
    this.#entries++;
    this.#sink.begin({ path: this.#path, rawPath, type, sizeBytes, linkTarget, hardLinkTo });
    if (this.#before.length > 0) this.#giveBefore();
    if (type !== 'link' && link.length > 0) this.#sink.beside('header', link);
    this.#left = sizeBytes;
    this.#padding = roundUp(sizeBytes) - sizeBytes;
    this.#state = 'content';
    if (sizeBytes === 0) this.#endContent();
  }

  #endContent(): void {
    this.#sink.end(null);
    this.#left = this.#padding;
    this.#state = this.#left > 0 ? 'padding' : 'header';
  }

  #finish(at: number, end: number, stop: Stop): void {
    this.#giveBefore();
    this.#state = 'over';
    this.#onRest(at, end - at, stop);
  }

  #gap(reason: Gap['reason'], bytes: number): Gap {
    return { reason, path: this.#path, bytes };
  }
}

const HARD_LINK = '1';

const ZEROS = Buffer.alloc(TAR_BLOCK_BYTES);

const roundUp = (bytes: number): number => Math.ceil(bytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;

const decoder = new TextDecoder();
const decode = (bytes: Uint8Array): string => (bytes.length === 0 ? '' : decoder.decode(bytes));

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** Types nobody knows are read as files, as POSIX asks; '7' is contiguous, 'S' sparse (its stored bytes are read). */
function typeOf(type: string): EntryType {
  switch (type) {
    case HARD_LINK:
    case '2':
      return 'link';
    case '3':
    case '4':
    case '6':
      return 'other';
    case '5':
      return 'directory';
    default:
      return 'file';
  }
}
