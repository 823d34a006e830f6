import { Command, CommanderError } from 'commander';
import { failureLines } from '@tidewaiter/shared/errors';
import { exitCodeOfError, exitCodes } from './exit-codes.ts';
import { explainCommand } from './explain.ts';
import { keygenCommand } from './keygen.ts';
import type { ProgramIo } from './program-io.ts';
import { runCommand } from './run.ts';
import { scanCommand } from './scan.ts';
import { readVersion } from './version.ts';

/** Parses the words after the program's name and runs the command; says what went wrong on stderr. Never throws. */
export async function runProgram(words: readonly string[], io: ProgramIo): Promise<void> {
  const version = readVersion();
  const program = new Command('tidewaiter-sensor').description('Finds the secrets in container images.').version(version);
  for (const command of [runCommand(io, version), scanCommand(io, version), explainCommand(io), keygenCommand(io)])
    program.addCommand(command);
  for (const command of [program, ...program.commands]) {
    command.exitOverride();
    command.configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    io.exit(reportFailure(error, io));
  }
}

/** Says on stderr what went wrong. @returns the exit code for it. */
function reportFailure(error: unknown, io: ProgramIo): number {
  // Commander has said it already; help and version are no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.clean : exitCodes.usage;
  if (io.signal.aborted) {
    io.stderr.write('tidewaiter-sensor: interrupted\n');
    return exitCodes.interrupted;
  }
  io.stderr.write(failureLines('tidewaiter-sensor', error));
  return exitCodeOfError(error);
}
