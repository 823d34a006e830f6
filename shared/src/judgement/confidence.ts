/** How sure a match is, surest first: proven by its structure, by form and place, by its look alone. */
export const confidences = ['certain', 'likely', 'possible'] as const;
/** One of `confidences`. */
export type Confidence = (typeof confidences)[number];

/** True when `confidence` is at least `minimum`. */
export function isAtLeast(confidence: Confidence, minimum: Confidence): boolean {
  return confidences.indexOf(confidence) <= confidences.indexOf(minimum);
}
