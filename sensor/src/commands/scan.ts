import { Command, Option } from 'commander';
import type { ScanReport } from '@tidewaiter/shared/findings';
import type { Exclusions } from '@tidewaiter/shared/exclusions';
import { readScanConfig, type ScanConfig } from '../config/index.ts';
import { ephemeralKeyOf, FINGERPRINT_KEY_BYTES, type FingerprintKeys, readFingerprintKeys } from '../fingerprint/index.ts';
import { buildReport, sarifOf, tableOf } from '../reports/index.ts';
import { createScanEngine, ImageCollector, loadDetectors, type ScanEngine, scanImage, scanLimits } from '../scan/index.ts';
import { detectorSourcesOf, exclusionsOf, type FilterOptions, withFilterOptions } from './filter-options.ts';
import { exitCodeOfVerdict } from './exit-codes.ts';
import type { ProgramIo } from './program-io.ts';
import { ProgressLine } from './progress-line.ts';
import { openReportFile } from './report-file.ts';
import { openSource } from './source-openers.ts';
import { writeOutput } from './write-output.ts';

interface ScanOptions extends FilterOptions {
  readonly format: 'table' | 'json' | 'sarif';
  readonly output?: string;
  readonly showSecrets?: boolean;
}

/** `tidewaiter-sensor scan REF`: one image, on this machine, without a control plane. */
export function scanCommand(io: ProgramIo, version: string): Command {
  const command = new Command('scan')
    .description(
      'Find the secrets of one image. Exit code: 0 clean, 1 findings, 2 usage, 3 incomplete without findings, 4 access or registry error, 5 internal error.',
    )
    .argument(
      '<reference>',
      'HOST/REPOSITORY[:TAG][@DIGEST] (Amazon ECR or any OCI registry), oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE, or - for a docker-archive on standard input; archives may be compressed with gzip, zstd or xz',
    )
    .addOption(new Option('--format <format>', 'how the report is written').choices(['table', 'json', 'sarif']).default('table'))
    .option('--output <file>', 'write the report to a file (0600) instead of standard output')
    .option('--show-secrets', 'write the secrets themselves into the report');
  return withFilterOptions(command).action(async (reference: string, options: ScanOptions) => {
    const report = await scan(reference, options, io, version);
    io.exit(exitCodeOfVerdict(report.verdict));
  });
}

async function scan(reference: string, options: ScanOptions, io: ProgramIo, version: string): Promise<ScanReport> {
  const config = readScanConfig(io.env);
  const exclusions = await exclusionsOf(options);
  const detectors = await loadDetectors(detectorSourcesOf(options));
  // Opened first, so that a scan of an hour does not end in a file that cannot be written.
  const output = options.output === undefined ? null : await openReportFile(options.output, (length) => io.randomBytes(length));
  try {
    const sources = config.fingerprintKeys;
    const keys: FingerprintKeys = sources ? await readFingerprintKeys(sources) : [ephemeralKeyOf(io.randomBytes(FINGERPRINT_KEY_BYTES))];
    const engine = createScanEngine({
      keys,
      showSecrets: options.showSecrets === true,
      limits: scanLimits,
      detectors,
      workers: config.scanWorkers ?? io.cores,
    });
    try {
      const report = await scanWith(engine, reference, { ...options, exclusions }, io, config);
      await writeOutput(render(report, options.format, version), output, io.stdout);
      return report;
    } finally {
      await engine.close();
    }
  } finally {
    await output?.close();
  }
}

async function scanWith(
  engine: ScanEngine,
  reference: string,
  { minConfidence, exclusions }: Pick<ScanOptions, 'minConfidence'> & { readonly exclusions: Exclusions | null },
  io: ProgramIo,
  config: ScanConfig,
): Promise<ScanReport> {
  const start = io.now();
  const line = io.stderr.isTTY ? new ProgressLine(io.stderr, () => io.now()) : null;
  const collector = new ImageCollector((done) => line?.show(done));
  const source = await openSource(reference, io, config);
  try {
    await scanImage(source, engine, collector, scanLimits, io.signal);
    return buildReport(collector.image(source.reference, engine.identity), { minConfidence, exclusions, durationMs: io.now() - start });
  } finally {
    line?.clear();
    await source.close();
  }
}

function render(report: ScanReport, format: ScanOptions['format'], version: string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'sarif':
      return `${JSON.stringify(sarifOf(report, version), null, 2)}\n`;
    default:
      return tableOf(report);
  }
}
