import type { CompiledRule } from './compile.ts';
import type { Hit } from './confirm.ts';

/**
 * Matches of one rule that begin within the first of them. Tokens do not stand in each other; a prefix repeated for megabytes does, and each
 * match costs its length.
 */
export const OVERLAPS_MAX = 16;

/**
 * Rules whose matches crowd: where OVERLAPS_MAX matches of a rule that is tried at a prefix begin within the first of them, the rule looks on
 * where that first one ends. Of matches that overlap one is reported, so what is passed over would hide behind those that were seen. A rule's
 * looks at prefixes come by their offset, however the file is cut.
 */
export class Crowds {
  readonly #rows = new Map<CompiledRule, { readonly count: number; readonly end: number }>();

  clear(): void {
    if (this.#rows.size > 0) this.#rows.clear();
  }

  isCrowded(rule: CompiledRule, offset: number): boolean {
    const row = this.#rows.size > 0 ? this.#rows.get(rule) : undefined;
    return row !== undefined && row.count >= OVERLAPS_MAX && offset < row.end;
  }

  add(rule: CompiledRule, hits: readonly Hit[]): void {
    if (!rule.sticky) return;
    for (const { match } of hits) {
      const { count, end } = this.#rows.get(rule) ?? { count: 0, end: 0 };
      this.#rows.set(rule, match.offset < end ? { count: count + 1, end } : { count: 1, end: match.offset + match.length });
    }
  }
}
