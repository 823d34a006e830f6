import { failureLines, hasCode } from '@tidewaiter/shared/errors';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { rotateIssuerKey } from './issuer.ts';
import { serve } from './serve.ts';
import { readVersion } from './version.ts';
import { createWorkspace } from './workspace.ts';

const NAME_CHARACTERS_MAX = 128;

/** Exit codes: 0 done, 2 usage or configuration, 5 anything else. */
const exits = { usage: 2, internal: 5 } as const;

/** Runs the command line; returns the exit code, or null while a server goes on. */
export async function runCommand(argv: readonly string[]): Promise<number | null> {
  let isServing = false;
  const program = new Command('tidewaiter-control-plane')
    .description('The control plane of Tidewaiter: registries, sensors, incidents, and the OIDC issuer for AWS.')
    .version(readVersion())
    .exitOverride();
  program
    .command('serve')
    .description('serve the API, the sensors and the issuer')
    .action(async () => {
      await serve();
      isServing = true;
    });
  program
    .command('workspace')
    .description('manage workspaces')
    .command('create')
    .description('make a workspace and print its owner token once')
    .argument('<name>', 'name of the workspace', checkName)
    .action(createWorkspace);
  program
    .command('issuer')
    .description('manage the OIDC issuer')
    .command('rotate')
    .description('publish the next signing key now; it takes over a day later')
    .action(rotateIssuerKey);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return isServing ? null : 0;
  } catch (error) {
    return explain(error);
  }
}

function checkName(name: string): string {
  if (name.trim() !== '' && name.length <= NAME_CHARACTERS_MAX) return name;
  throw new InvalidArgumentError(`A name of 1 to ${NAME_CHARACTERS_MAX} characters.`);
}

/** One line on standard error says what is wrong, with its code at the end; commander has printed its own. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exits.usage;
  process.stderr.write(failureLines('tidewaiter-control-plane', error));
  return hasCode(error, 'config.invalid', 'config.conflict', 'usage.invalid') ? exits.usage : exits.internal;
}
