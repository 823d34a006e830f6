import type { CatalogPage, Grant } from '@tidewaiter/shared/protocol';
import type { ListingPage } from '../registry/index.ts';
import { CATALOG_ITEMS_MAX, ENVELOPE_BYTES } from './limits.ts';
import { REPORT_BYTES_MAX, sizeOf } from './report-size.ts';

type ListedRepository = CatalogPage['repositories'][number];
type ListedImage = CatalogPage['images'][number];

/** Gathers a listing into pages that fit a frame, and gives each away as soon as it is full. */
export class CatalogPages {
  readonly #grant: Grant;
  readonly #give: (page: CatalogPage) => Promise<void>;
  #page = 0;
  #repositories: ListedRepository[] = [];
  #images: ListedImage[] = [];
  #bytes = 0;

  constructor(grant: Grant, give: (page: CatalogPage) => Promise<void>) {
    this.#grant = grant;
    this.#give = give;
  }

  async add({ repositories, images }: ListingPage): Promise<void> {
    for (const repository of repositories) {
      await this.#makeRoom(sizeOf(repository), this.#repositories.length);
      this.#repositories.push(repository);
    }
    for (const image of images) {
      await this.#makeRoom(sizeOf(image), this.#images.length);
      this.#images.push(image);
    }
  }

  /** The last page: what no page named is gone. */
  async end(): Promise<void> {
    await this.#flush(true);
  }

  async #makeRoom(bytes: number, items: number): Promise<void> {
    if (items >= CATALOG_ITEMS_MAX || this.#bytes + bytes > REPORT_BYTES_MAX - ENVELOPE_BYTES) await this.#flush(false);
    this.#bytes += bytes + 1;
  }

  async #flush(last: boolean): Promise<void> {
    const page: CatalogPage = {
      kind: 'catalog-page',
      grant: this.#grant,
      page: this.#page++,
      last,
      repositories: this.#repositories,
      images: this.#images,
    };
    [this.#repositories, this.#images, this.#bytes] = [[], [], 0];
    await this.#give(page);
  }
}
