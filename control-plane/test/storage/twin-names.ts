import type { Store } from '../../src/storage/index.ts';
import { digestOf } from './samples.ts';

/** A call, by its verb's name. */
export type Step = readonly [verb: string, act: () => Promise<unknown>];

/** One workspace's life. `kind` 0 is early and holds little; the others come later, and say otherwise. */
export interface Life {
  readonly store: Store;
  readonly w: string;
  readonly kind: number;
}

/**
 * Digests, the same for all. `root` is an index of `child` and `lone`, `bundle` of `plain`, placed by the others only; `lost` and `quiet`
 * have no manifest; `extra` is a layer that only the others' images have.
 */
export const digests = {
  root: digestOf('twin root'),
  child: digestOf('twin child'),
  lone: digestOf('twin lone'),
  plain: digestOf('twin plain'),
  lost: digestOf('twin lost'),
  fresh: digestOf('twin fresh'),
  bundle: digestOf('twin bundle'),
  quiet: digestOf('twin quiet'),
  base: digestOf('twin base layer'),
  top: digestOf('twin top layer'),
  extra: digestOf('twin extra layer'),
} as const;

/** Between two lives: what is due in one is not in the next. */
export const APART_MS = 1_000_000;

export const timeIn = (life: Life, ms: number): number => life.kind * APART_MS + ms;
export const sensorsOf = ({ w }: Life) => ({ one: `${w} sensor one`, two: `${w} sensor two` });
export const keyOf = ({ w }: Life): string => `${w} webhook key`;

export function newIdsOf(prefix: string): () => string {
  let made = 0;
  return () => `${prefix} ${String((made += 1)).padStart(3, '0')}`;
}

/** The workspaces that live beside the first one. */
export const others = ['workspace a', 'workspace c'] as const;
