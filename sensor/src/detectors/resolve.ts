import { confidences } from '@tidewaiter/shared/judgement';
import type { CompiledRule } from './compile.ts';
import type { Match } from './engine.ts';

/** A match and the rule it comes from. */
export interface PlacedHit {
  readonly rule: CompiledRule;
  readonly match: Match;
}

/** Held hits above which those that nothing can overlap any more are let go. */
const HELD_MAX = 512;
/**
 * Hits that overlap in a chain and are weighed together: those of a chain through a whole file would take some KiB each. Real ones have a
 * handful. A longer chain is parted there, wherever the file is cut: what lies under a hit that stands before the border does not count.
 */
export const CHAIN_MAX = 4_096;

/** Collects a file's hits and lets only one stand of those that overlap: the most specific. */
export class Resolver {
  readonly #emit: (hit: PlacedHit) => void;
  #held: PlacedHit[] = [];
  /** What begins before it lies under a hit that stands: only where a chain was parted. */
  #coveredTo = 0;

  constructor(emit: (hit: PlacedHit) => void) {
    this.#emit = emit;
  }

  clear(): void {
    this.#held = [];
    this.#coveredTo = 0;
  }

  add(hit: PlacedHit): void {
    this.#held.push(hit);
  }

  /** No hit that begins before `horizon` is still to come. */
  settle(horizon: number): void {
    if (this.#held.length > HELD_MAX) this.#release(horizon);
  }

  finish(): void {
    this.#release(Number.POSITIVE_INFINITY);
  }

  #release(horizon: number): void {
    // Most files hold nothing.
    if (this.#held.length === 0) return;
    const sorted = this.#held.sort((a, b) => a.match.offset - b.match.offset || b.match.length - a.match.length);
    this.#held = [];
    let group: PlacedHit[] = [];
    let groupEnd = 0;
    const close = (): void => {
      if (groupEnd < horizon) for (const hit of strongest(group)) this.#emit(hit);
      else this.#held.push(...group);
      group = [];
    };
    for (const hit of sorted) {
      if (hit.match.offset < this.#coveredTo) continue;
      if (group.length > 0 && hit.match.offset >= groupEnd) close();
      // All that begin before the horizon are there: the first of them, in their order, are the same wherever the file is cut.
      if (group.length >= CHAIN_MAX && hit.match.offset < horizon) {
        this.#part(group);
        group = [];
        if (hit.match.offset < this.#coveredTo) continue;
      }
      group.push(hit);
      groupEnd = Math.max(groupEnd, endOf(hit));
    }
    close();
  }

  #part(group: readonly PlacedHit[]): void {
    const taken = strongest(group);
    for (const hit of taken) this.#emit(hit);
    this.#coveredTo = Math.max(...taken.slice(-1).map(endOf));
  }
}

/**
 * Of hits that overlap in a chain: the strongest first, then each that overlaps none taken before. Those taken lie apart, in the order of
 * their offsets, so that one look finds what a hit could overlap: a chain may go through a whole file.
 */
function strongest(group: readonly PlacedHit[]): PlacedHit[] {
  const taken: PlacedHit[] = [];
  for (const hit of group.toSorted(byStrength)) {
    const place = firstEndingBehind(taken, hit.match.offset);
    const next = taken[place];
    if (next === undefined || next.match.offset >= endOf(hit)) taken.splice(place, 0, hit);
  }
  return taken;
}

function firstEndingBehind(hits: readonly PlacedHit[], offset: number): number {
  let [low, high] = [0, hits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const hit = hits[middle];
    if (hit !== undefined && endOf(hit) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const endOf = ({ match: { offset, length } }: PlacedHit): number => offset + length;

function byStrength(a: PlacedHit, b: PlacedHit): number {
  const rank = (hit: PlacedHit): number => hit.rule.rule.rank ?? 0;
  return (
    rank(b) - rank(a) ||
    confidences.indexOf(a.match.confidence) - confidences.indexOf(b.match.confidence) ||
    b.match.length - a.match.length ||
    a.rule.order - b.rule.order
  );
}
