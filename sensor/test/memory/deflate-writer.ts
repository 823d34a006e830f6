/** A seeded source of choices (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  isOneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  of<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new RangeError('nothing to choose from');
    return one;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** Bits as deflate packs them: the lowest first, codes from their top bit. */
export class BitWriter {
  readonly #bits: number[] = [];

  put(value: number, length: number): this {
    for (let at = 0; at < length; at++) this.#bits.push(Math.floor(value / 2 ** at) & 1);
    return this;
  }

  putCode(code: number, length: number): this {
    for (let at = length - 1; at >= 0; at--) this.#bits.push((code >> at) & 1);
    return this;
  }

  bytes(): Buffer {
    const out = Buffer.alloc(Math.ceil(this.#bits.length / 8));
    for (const [at, bit] of this.#bits.entries()) out[at >> 3] = (out[at >> 3] ?? 0) | (bit << (at & 7));
    return out;
  }
}

/** Code lengths of a complete code of `count` symbols chosen among `symbols`, no longer than `longest` bits. */
export function completeLengths(dice: Dice, symbols: number, count: number, longest: number): number[] {
  const leaves = [0];
  while (leaves.length < count) {
    const splittable = leaves.map((depth, at) => ({ depth, at })).filter(({ depth }) => depth < longest);
    // The deepest as often as any, so that long codes are made.
    const { depth, at } = dice.isOneIn(2) ? splittable.reduce((a, b) => (b.depth > a.depth ? b : a)) : dice.of(splittable);
    leaves.splice(at, 1, depth + 1, depth + 1);
  }
  const lengths = Array.from({ length: symbols }, () => 0);
  const places = Array.from({ length: symbols }, (_, at) => at);
  for (const depth of leaves) lengths[places.splice(dice.below(places.length), 1)[0] ?? 0] = depth;
  return lengths;
}

const PRECODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Canonical codes (RFC 1951 3.2.2). */
export function codesOf(lengths: readonly number[]): number[] {
  const codes = lengths.map(() => 0);
  let code = 0;
  for (let length = 1; length < 16; length++) {
    for (const [symbol, own] of lengths.entries()) if (own === length) codes[symbol] = code++;
    code *= 2;
  }
  return codes;
}

export interface DynamicHeader {
  readonly literals: readonly number[];
  readonly distances: readonly number[];
  /** Code lengths of the code that the lengths are written in: 19, complete unless something is to be wrong. */
  readonly precode: readonly number[];
  readonly isLast: boolean;
}

/** A dynamic block's header, whatever its codes are worth; runs are written with 16, 17 and 18 where the precode has them. */
export function putDynamicHeader(writer: BitWriter, { literals, distances, precode, isLast }: DynamicHeader): void {
  const codes = codesOf(precode);
  writer.put(isLast ? 1 : 0, 1).put(2, 2);
  writer
    .put(literals.length - 257, 5)
    .put(distances.length - 1, 5)
    .put(19 - 4, 4);
  for (const symbol of PRECODE_ORDER) writer.put(precode[symbol] ?? 0, 3);
  const all = [...literals, ...distances];
  for (let at = 0; at < all.length; ) {
    let run = 1;
    while (all[at + run] === all[at] && run < 138) run++;
    const symbol = repeatOf(all[at] ?? 0, run, precode);
    const put = (one: number): BitWriter => writer.putCode(codes[one] ?? 0, precode[one] ?? 0);
    if (symbol === null) {
      put(all[at] ?? 0);
      at++;
    } else {
      if (symbol === 16) put(all[at] ?? 0);
      const length = symbol === 16 ? Math.min(run - 1, 6) : symbol === 17 ? Math.min(run, 10) : run;
      put(symbol).put(length - (symbol === 18 ? 11 : 3), symbol === 16 ? 2 : symbol === 17 ? 3 : 7);
      at += symbol === 16 ? length + 1 : length;
    }
  }
}

function repeatOf(value: number, run: number, precode: readonly number[]): 16 | 17 | 18 | null {
  if (value === 0 && run >= 11 && precode[18]) return 18;
  if (value === 0 && run >= 3 && precode[17]) return 17;
  return run >= 4 && precode[16] ? 16 : null;
}
