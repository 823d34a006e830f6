import type { AssignedRegistry } from '@tidewaiter/shared/protocol';
import type { RemoteRegistry } from './remote.ts';

/** Registries whose client is kept: far more than one sensor serves. */
const REGISTRIES_MAX = 1_000;

type Open<P> = (registry: AssignedRegistry, provider: P) => RemoteRegistry;

/** `open`, but each registry once: all work on it shares its connections and its politeness. The oldest goes when there are too many. */
export function keptRegistries<P>(open: Open<P>): Open<P> {
  const kept = new Map<string, RemoteRegistry>();
  return (registry, provider) => {
    const key = JSON.stringify(registry);
    const found = kept.get(key) ?? open(registry, provider);
    kept.set(key, found);
    const [oldest] = kept.keys();
    if (kept.size > REGISTRIES_MAX && oldest !== undefined) kept.delete(oldest);
    return found;
  };
}
