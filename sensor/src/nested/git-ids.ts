const FIRST_SLOTS = 1_024;
const EMPTY = -1;

/** Where the id of an object stands, by the object's number. */
type IdOf = (number: number) => Uint8Array;

/** Numbers of objects by their ids. Ids are hashes, so that any four bytes of one say where to look; at most half of the slots are taken. */
export class IdTable {
  readonly #idOf: IdOf;
  #slots = new Int32Array(FIRST_SLOTS).fill(EMPTY);
  #count = 0;

  constructor(idOf: IdOf) {
    this.#idOf = idOf;
  }

  /** Of objects of one id the last stands. */
  set(number: number): void {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    const slot = this.#slotOf(this.#idOf(number));
    if (this.#slots[slot] === EMPTY) this.#count++;
    this.#slots[slot] = number;
  }

  /** -1 for an id that no object has. */
  get(id: Uint8Array): number {
    return this.#slots[this.#slotOf(id)] ?? EMPTY;
  }

  /** Of the object with this id, or else the empty one where it would be. */
  #slotOf(id: Uint8Array): number {
    const last = this.#slots.length - 1;
    let slot = new DataView(id.buffer, id.byteOffset).getUint32(0, true) & last;
    for (let number = this.#slots[slot] ?? EMPTY; number !== EMPTY; number = this.#slots[slot] ?? EMPTY) {
      if (Buffer.compare(this.#idOf(number), id) === 0) break;
      slot = (slot + 1) & last;
    }
    return slot;
  }

  #grow(): void {
    const numbers = this.#slots;
    this.#slots = new Int32Array(numbers.length * 2).fill(EMPTY);
    for (const number of numbers) if (number !== EMPTY) this.#slots[this.#slotOf(this.#idOf(number))] = number;
  }
}
