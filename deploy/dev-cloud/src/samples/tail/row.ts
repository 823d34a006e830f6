import { assigned, type SecretGenerator } from '../sample.ts';
import { sampleOf } from '../sample-of.ts';

/** The detector that has to find it, a variable that usually holds it, and the form its provider states. */
export type Row = readonly [detector: string, variable: string, form: string];

export function generatorsOf(rows: readonly Row[]): SecretGenerator[] {
  return rows.map(([detector, variable, form]) => ({ detector, make: (rng) => assigned(variable, sampleOf(rng, form)) }));
}
