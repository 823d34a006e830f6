import { PATH_HASHES_PER_PAGE } from './limits.ts';
import type { PathPage } from './sink.ts';

export const PATH_HASH_BYTES = 8;
const FIRST_BYTES = 512 * PATH_HASH_BYTES;
const PAGE_BYTES = PATH_HASHES_PER_PAGE * PATH_HASH_BYTES;

/** Collects path hashes by kind and hands a page on when it is full: memory does not follow the number of paths. */
export class PathPages {
  readonly #onPage: (page: PathPage) => void;
  readonly #open = new Map<PathPage['kind'], { bytes: Uint8Array<ArrayBuffer>; filled: number }>();

  /** @param onPage owns the hashes it is given. */
  constructor(onPage: (page: PathPage) => void) {
    this.#onPage = onPage;
  }

  add(kind: PathPage['kind'], hash: Uint8Array): void {
    const page = this.#pageOf(kind);
    page.bytes.set(hash, page.filled);
    page.filled += PATH_HASH_BYTES;
    if (page.filled === PAGE_BYTES) this.#give(kind);
  }

  /** Hands on what is left. */
  end(): void {
    for (const kind of this.#open.keys()) this.#give(kind);
  }

  #pageOf(kind: PathPage['kind']): { bytes: Uint8Array<ArrayBuffer>; filled: number } {
    const page = this.#open.get(kind) ?? { bytes: new Uint8Array(FIRST_BYTES), filled: 0 };
    if (page.filled === page.bytes.length) {
      const wider = new Uint8Array(Math.min(PAGE_BYTES, 4 * page.bytes.length));
      wider.set(page.bytes);
      page.bytes = wider;
    }
    this.#open.set(kind, page);
    return page;
  }

  #give(kind: PathPage['kind']): void {
    const page = this.#open.get(kind);
    this.#open.delete(kind);
    if (page && page.filled > 0) this.#onPage({ kind, hashes: page.bytes.slice(0, page.filled) });
  }
}
