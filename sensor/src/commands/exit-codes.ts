import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Verdict } from '@tidewaiter/shared/findings';

/** Exit codes of the one-shot: a contract with pipelines. */
export const exitCodes = { clean: 0, findings: 1, usage: 2, incomplete: 3, access: 4, internal: 5, interrupted: 130 } as const;

export function exitCodeOfVerdict(verdict: Extract<Verdict, 'clean' | 'findings' | 'incomplete'>): number {
  return exitCodes[verdict];
}

/** What the user can correct in the call is 2; what the registry, the credentials or the image are the reason of is 4. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof TidewaiterError)) return exitCodes.internal;
  if (/^(usage|config|reference)\./.test(error.code)) return exitCodes.usage;
  return /^(registry|image|manifest|layer|credentials|policy|work-file)\./.test(error.code) ? exitCodes.access : exitCodes.internal;
}
