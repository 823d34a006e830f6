import type { Digest } from '@tidewaiter/shared/images';
import type { CatalogPage } from '@tidewaiter/shared/protocol';
import type { ImageSource } from './source.ts';

/** Which manifest of a repository is the root. */
export type ImageTarget = { readonly digest: Digest } | { readonly tag: string };

/** A part of a registry's listing, in the protocol's own words; it fits in one frame. */
export type ListingPage = Pick<CatalogPage, 'repositories' | 'images'>;

/** A registry that is spoken to over the network. One object a registry: all work on it shares its politeness. */
export interface RemoteRegistry {
  /** Opens nothing yet; the source's verbs do. `reference` is for reports. */
  image(repository: string, target: ImageTarget): ImageSource;
  /**
   * Everything in the repositories that `allows` names, untagged images, referrers and archived images too: what is not named counts as
   * gone. Nothing is asked about any other repository.
   * @throws registry.*, credentials.*, cancelled.
   */
  list(allows: (repository: string) => boolean, signal: AbortSignal): AsyncIterable<ListingPage>;
}

/** Chance and time, from the composition root. */
export interface RemoteSurroundings {
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly chance: () => number;
}
