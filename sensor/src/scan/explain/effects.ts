import { effectOf, type Entry, parentsOf } from '../../layers/index.ts';

/** What a layer does to a path (OCI image-spec, layer.md): what is below it is written over, removed, or hidden with its folder. */
export type Effect = 'writes' | 'removes' | 'empties-folder' | 'removes-folder' | 'replaces-folder';

/** Folders a path may lie in; deeper ones exist in attacks only. */
const PARENTS_MAX = 256;

/** The effects of a layer's entries on one path, each once. */
export class Effects {
  readonly #path: string;
  readonly #parents: ReadonlySet<string>;
  readonly #seen = new Set<Effect>();

  /** @param path of a file of the layer itself, not of one in an archive. */
  constructor(path: string) {
    const bytes = Buffer.from(path);
    this.#path = keyOf(bytes);
    this.#parents = new Set(parentsOf(bytes, PARENTS_MAX).map(keyOf));
  }

  get all(): readonly Effect[] {
    return [...this.#seen];
  }

  see({ rawPath, type, sizeBytes }: Entry): void {
    if (sizeBytes === null) return;
    const effect = effectOf(rawPath);
    if (effect.kind === 'none') return;
    const path = keyOf(effect.path);
    const told = path === this.#path ? onPath[effect.kind] : this.#parents.has(path) ? onParent(effect.kind, type) : null;
    if (told !== null) this.#seen.add(told);
  }
}

const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const onPath = { write: 'writes', whiteout: 'removes', opaque: 'empties-folder' } as const;

function onParent(kind: 'write' | 'whiteout' | 'opaque', type: Entry['type']): Effect | null {
  if (kind === 'whiteout') return 'removes-folder';
  if (kind === 'opaque') return 'empties-folder';
  return type === 'directory' ? null : 'replaces-folder';
}
