import { Command, Option } from 'commander';
import { readScanConfig } from '../config/index.ts';
import { ephemeralKeyOf, FINGERPRINT_KEY_BYTES } from '../fingerprint/index.ts';
import { type Explanation, explanationText } from '../reports/index.ts';
import { loadDetectors } from '../scan/index.ts';
import { explainPath, type ExplainTools } from './explain-path.ts';
import { detectorSourcesOf, exclusionsOf, type FilterOptions, withFilterOptions } from './filter-options.ts';
import { exitCodes } from './exit-codes.ts';
import type { ProgramIo } from './program-io.ts';
import { openSource } from './source-openers.ts';
import { writeOutput } from './write-output.ts';

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
    const explanation = await explain(reference, path, options, io);
    await writeOutput(render(explanation, options.format), null, io.stdout);
    io.exit(exitCodes.clean);
  });
}

async function explain(reference: string, path: string, options: ExplainOptions, io: ProgramIo): Promise<Explanation> {
  const config = readScanConfig(io.env);
  const exclusions = await exclusionsOf(options);
  const { rules } = await loadDetectors(detectorSourcesOf(options));
  const source = await openSource(reference, io, config);
  try {
    // For nothing that is shown: what reads a config makes fingerprints of what it finds.
    const keys = [ephemeralKeyOf(io.randomBytes(FINGERPRINT_KEY_BYTES))] as const;
    const tools: ExplainTools = { source, rules, keys, signal: io.signal, minConfidence: options.minConfidence, exclusions };
    return await explainPath(path, tools);
  } finally {
    await source.close();
  }
}

const render = (explanation: Explanation, format: ExplainOptions['format']): string =>
  format === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation);
