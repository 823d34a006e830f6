import { problemOf, TidewaiterError } from './error.ts';

/** Control, bidirectional and invisible characters as \u{...}: what comes from elsewhere must not move a terminal. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/**
 * What a program says on standard error when it ends with `error`: one line, `PROGRAM: what, which, got and want, remedy [code]`. Of what is
 * not ours the stack follows, since no log has it.
 */
export function failureLines(program: string, error: unknown): string {
  const { code, detail } = problemOf(error);
  // A server's words and an archive's names may be in it.
  const lines = [`${program}: ${printable(detail.replaceAll(/\s+/g, (space) => (space.includes('\n') ? ' ' : space)))} [${code}]`];
  if (!(error instanceof TidewaiterError) && error instanceof Error)
    lines.push(...(error.stack ?? error.message).split('\n').map((line) => printable(line)));
  return lines.map((line) => `${line}\n`).join('');
}
