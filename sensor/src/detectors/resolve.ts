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

/** Collects a file's hits and lets only one stand of those that overlap: the most specific. */
export class Resolver {
  readonly #emit: (hit: PlacedHit) => void;
  #held: PlacedHit[] = [];

  constructor(emit: (hit: PlacedHit) => void) {
    this.#emit = emit;
  }

  clear(): void {
    this.#held = [];
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
      if (group.length > 0 && hit.match.offset >= groupEnd) close();
      group.push(hit);
      groupEnd = Math.max(groupEnd, endOf(hit));
    }
    close();
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
