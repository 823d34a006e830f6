export const verdicts = ['clean', 'findings', 'incomplete', 'gone', 'archived', 'failed'] as const;

export type Verdict = (typeof verdicts)[number];

/** `clean` needs both: no reported finding, everything read. What was found outranks what was not read. */
export function verdictOf(read: { readonly reportedFindings: number; readonly complete: boolean }): 'clean' | 'findings' | 'incomplete' {
  if (read.reportedFindings > 0) return 'findings';
  return read.complete ? 'clean' : 'incomplete';
}
