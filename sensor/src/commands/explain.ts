import { Command, Option } from 'commander';
import { readScanConfig } from '../config/index.ts';
import { ephemeralKeyOf, FINGERPRINT_KEY_BYTES } from '../fingerprint/index.ts';
import { chooseText, type ExplainTools } from './explain-path.ts';
import { detectorSourcesOf, exclusionsOf, type FilterOptions, withFilterOptions } from './filter-options.ts';
import { exitCodes } from './exit-codes.ts';
import type { ProgramIo } from './program-io.ts';
import { openSource } from './source-openers.ts';

interface ExplainOptions extends FilterOptions {
  readonly format: 'text' | 'json';
}

/** `tidewaiter-sensor explain REF PATH`: what became of one file of an image, and of what is in it. */
export function explainCommand(io: ProgramIo): Command {
  const command = new Command('explain')
    .description('Tell of one file of an image which layers hold it, what was read and matched, and why that is reported or not.')
    .argument('<reference>', 'an image, as `scan` takes it')
    .argument('<path>', 'the file; what lies in an archive is named with !/: opt/app.jar!/application.yml')
    .addOption(new Option('--format <format>', 'how the answer is written').choices(['text', 'json']).default('text'));
  return withFilterOptions(command).action(async (reference: string, path: string, options: ExplainOptions) => {
    io.stdout.write(await explained(reference, path, options, io));
    io.exit(exitCodes.clean);
  });
}

async function explained(reference: string, path: string, options: ExplainOptions, io: ProgramIo): Promise<string> {
  const config = readScanConfig(io.env);
  const exclusions = await exclusionsOf(options);
  const { loadDetectors } = await import('../scan/index.ts');
  const { rules } = await loadDetectors(detectorSourcesOf(options));
  const source = await openSource(reference, io, config);
  try {
    // For nothing that is shown: what reads a config makes fingerprints of what it finds.
    const keys = [ephemeralKeyOf(io.randomBytes(FINGERPRINT_KEY_BYTES))] as const;
    const tools: ExplainTools = { source, rules, keys, signal: io.signal, minConfidence: options.minConfidence, exclusions };
    return await chooseText(path, options.format, tools);
  } finally {
    await source.close();
  }
}
