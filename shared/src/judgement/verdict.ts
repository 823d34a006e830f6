/** What is said of an image: the first three by what was read; the others where it could not be had. */
export const verdicts = ['clean', 'findings', 'incomplete', 'gone', 'archived', 'failed'] as const;

/** One of `verdicts`. */
export type Verdict = (typeof verdicts)[number];

/** `clean` needs both: no reported finding, everything read. What was found outranks what was not read. */
export function verdictOf(read: { readonly reportedFindings: number; readonly complete: boolean }): 'clean' | 'findings' | 'incomplete' {
  if (read.reportedFindings > 0) return 'findings';
  return read.complete ? 'clean' : 'incomplete';
}
