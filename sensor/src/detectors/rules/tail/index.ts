import type { Rule } from '../../rule.ts';
import { rules as a } from './a.ts';

/** Providers of one or two secrets without structure, by their first letter: a line each. */
export const tail: readonly Rule[] = [...a];
