import type { GapReason } from '@tidewaiter/shared/findings';
import type { ObjectKind } from './git-entry.ts';
import { IdTable } from './git-ids.ts';

const KINDS: readonly (ObjectKind | null)[] = [null, 'commit', 'tree', 'blob', 'tag'];
/** Why an object could not be had, by number; 0 for one that was, or may be yet. */
const FAULTS: readonly (GapReason | null)[] = [
  null,
  'corrupt',
  'truncated',
  'size-lies',
  'limit-bytes',
  'limit-ratio',
  'limit-depth',
  'limit-entries',
];
const FIRST_ROOM = 256;

/** What is known of the objects of a pack, in arrays of numbers: some 50 bytes for each of up to a million. */
export class PackObjects {
  readonly #idBytes: number;
  #room = FIRST_ROOM;
  #offsets = new Float64Array(FIRST_ROOM);
  #headers = new Uint8Array(FIRST_ROOM);
  #bases = new Int32Array(FIRST_ROOM);
  #depths = new Uint16Array(FIRST_ROOM);
  #kinds = new Uint8Array(FIRST_ROOM);
  #faults = new Uint8Array(FIRST_ROOM);
  #ids: Buffer;
  /** Made when the first delta names its base by id: git has not written such for many years. */
  #byId: IdTable | null = null;
  count = 0;

  constructor(idBytes: number) {
    this.#idBytes = idBytes;
    this.#ids = Buffer.alloc(FIRST_ROOM * idBytes);
  }

  /** @param offset where it begins in the pack. @returns its number. */
  add(offset: number, headerBytes: number): number {
    if (this.count === this.#room) this.#grow();
    this.#offsets[this.count] = offset;
    this.#headers[this.count] = headerBytes;
    this.#bases[this.count] = -1;
    return this.count++;
  }

  /** The object is made from `base`. */
  derive(number: number, base: number): void {
    this.#bases[number] = base;
    this.#depths[number] = this.depthOf(base) + 1;
  }

  /** It was unpacked. */
  settle(number: number, kind: ObjectKind, id: Buffer): void {
    this.#kinds[number] = KINDS.indexOf(kind);
    id.copy(this.#ids, number * this.#idBytes);
    this.#byId?.set(number);
  }

  /** It cannot be had. */
  fail(number: number, fault: GapReason): void {
    this.#faults[number] = Math.max(1, FAULTS.indexOf(fault));
  }

  offsetOf = (number: number): number => this.#offsets[number] ?? 0;
  /** Where its deflated bytes begin. */
  dataOf = (number: number): number => this.offsetOf(number) + (this.#headers[number] ?? 0);
  /** -1 for what is whole. */
  baseOf = (number: number): number => this.#bases[number] ?? -1;
  depthOf = (number: number): number => this.#depths[number] ?? 0;
  /** Null for what was not unpacked. */
  kindOf = (number: number): ObjectKind | null => KINDS[this.#kinds[number] ?? 0] ?? null;
  faultOf = (number: number): GapReason | null => FAULTS[this.#faults[number] ?? 0] ?? null;

  /** In hex; zeros for what was not unpacked. */
  idOf(number: number): string {
    return this.#ids.toString('hex', number * this.#idBytes, (number + 1) * this.#idBytes);
  }

  /** -1 when no object begins at `offset`. */
  at(offset: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.offsetOf(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.offsetOf(low) === offset ? low : -1;
  }

  /** -1 when no object that was unpacked has this id. */
  withId(hex: string): number {
    this.#byId ??= this.#tableOfIds();
    return this.#byId.get(Buffer.from(hex, 'hex'));
  }

  #tableOfIds(): IdTable {
    const table = new IdTable((number) => this.#ids.subarray(number * this.#idBytes, (number + 1) * this.#idBytes));
    for (let number = 0; number < this.count; number++) if (this.kindOf(number)) table.set(number);
    return table;
  }

  #grow(): void {
    this.#room *= 2;
    this.#offsets = wider(this.#offsets, new Float64Array(this.#room));
    this.#headers = wider(this.#headers, new Uint8Array(this.#room));
    this.#bases = wider(this.#bases, new Int32Array(this.#room));
    this.#depths = wider(this.#depths, new Uint16Array(this.#room));
    this.#kinds = wider(this.#kinds, new Uint8Array(this.#room));
    this.#faults = wider(this.#faults, new Uint8Array(this.#room));
    this.#ids = wider(this.#ids, Buffer.alloc(this.#room * this.#idBytes));
  }
}

function wider<T extends { set(from: ArrayLike<number>): void } & ArrayLike<number>>(from: T, into: T): T {
  into.set(from);
  return into;
}
