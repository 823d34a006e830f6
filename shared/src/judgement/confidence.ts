export const confidences = ['certain', 'likely', 'possible'] as const;
export type Confidence = (typeof confidences)[number];

/** True when `confidence` is at least `minimum`. */
export function isAtLeast(confidence: Confidence, minimum: Confidence): boolean {
  return confidences.indexOf(confidence) <= confidences.indexOf(minimum);
}
