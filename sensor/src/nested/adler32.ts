/** RFC 1950 8.2: the largest prime below 65,536, and how many bytes may be added before the sums must be brought below it. */
const BASE = 65_521;
const BYTES_MAX = 5_552;

/** The checksum of a zlib stream. node:zlib has it inside only. */
export class Adler32 {
  #low = 1;
  #high = 0;

  get sum(): number {
    return this.#high * 65_536 + this.#low;
  }

  add(bytes: Uint8Array): void {
    let [low, high] = [this.#low, this.#high];
    for (let from = 0; from < bytes.length; from += BYTES_MAX) {
      const to = Math.min(from + BYTES_MAX, bytes.length);
      for (let at = from; at < to; at++) high += low += bytes[at] ?? 0;
      low %= BASE;
      high %= BASE;
    }
    [this.#low, this.#high] = [low, high];
  }
}
