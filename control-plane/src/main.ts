import { runCommand } from './commands/index.ts';

const code = await runCommand(process.argv.slice(2));
if (code !== null) process.exitCode = code;
