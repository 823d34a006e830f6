import type { KeySet } from '@tidewaiter/shared/findings';

const HASH_BYTES = 8;

/** A set of 8-byte path hashes in 8 bytes each: a million paths of a layer take 8 MB, not the 100 MB of a Set of strings. */
export class PathHashes implements KeySet {
  readonly #pages: Uint8Array[] = [];
  #sorted: BigUint64Array | null = null;

  /** @param page big-endian hashes, back to back; kept. */
  add(page: Uint8Array): void {
    this.#pages.push(page);
    this.#sorted = null;
  }

  /** @param key 16 hex digits. */
  has(key: string): boolean {
    const sorted = (this.#sorted ??= this.#sort());
    const wanted = BigInt(`0x${key}`);
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0n) < wanted) low = middle + 1;
      else high = middle;
    }
    return sorted[low] === wanted;
  }

  #sort(): BigUint64Array {
    const hashes = new BigUint64Array(this.#pages.reduce((sum, page) => sum + page.length, 0) / HASH_BYTES);
    let at = 0;
    for (const page of this.#pages) {
      const view = new DataView(page.buffer, page.byteOffset, page.length);
      for (let byte = 0; byte < page.length; byte += HASH_BYTES) hashes[at++] = view.getBigUint64(byte);
    }
    return hashes.sort();
  }
}
