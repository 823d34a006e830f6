import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Coverage, LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import { FINDINGS_PER_PAGE, FRAME_BYTES_MAX, type ManifestReport } from '@tidewaiter/shared/protocol';
import { ENVELOPE_BYTES } from './limits.ts';

/** Room for one report. */
export const REPORT_BYTES_MAX = FRAME_BYTES_MAX - ENVELOPE_BYTES;

export const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const fits = (value: unknown): boolean => sizeOf(value) <= REPORT_BYTES_MAX;

/** Findings in pages by count and by bytes. One finding is at most some 40 KB (its path and the hashes of its parents). */
export function pagesOfFindings(findings: readonly LayerFinding[]): readonly LayerFinding[][] {
  const pages: LayerFinding[][] = [];
  let [page, bytes] = [[] as LayerFinding[], 0];
  for (const finding of findings) {
    const size = sizeOf(finding) + 1;
    if (page.length >= FINDINGS_PER_PAGE || (page.length > 0 && bytes + size > REPORT_BYTES_MAX - ENVELOPE_BYTES)) {
      pages.push(page);
      [page, bytes] = [[], 0];
    }
    page.push(finding);
    bytes += size;
  }
  return page.length > 0 ? [...pages, page] : pages;
}

type Step = (report: ManifestReport) => ManifestReport;

/** What is shortened, in this order, when a manifest's report does not fit a frame: texts for people, never a finding or a layer. */
const steps: readonly Step[] = [
  (report) => report,
  (report) => ({ ...report, coverage: shortGaps(report.coverage) }),
  (report) => ({ ...report, layers: report.layers.map((layer) => ({ ...layer, instruction: cut(layer.instruction, 200) })) }),
  (report) => ({ ...report, findings: report.findings.map((one) => ({ ...one, instruction: cut(one.instruction, 200) })) }),
  (report) => ({ ...report, layers: report.layers.map((layer) => ({ ...layer, instruction: null })) }),
  (report) => ({ ...report, findings: report.findings.map((one) => ({ ...one, instruction: null, key: one.key.slice(0, 100) })) }),
  (report) => ({
    ...report,
    coverage: shortGaps(report.coverage, 100),
    findings: report.findings.map((one) => ({ ...one, key: one.key.slice(0, 40) })),
  }),
];

/** @throws manifest.too-large when even the shortest form does not fit. */
export function fitManifest(report: ManifestReport): ManifestReport {
  let shorter = report;
  for (const step of steps) {
    shorter = step(shorter);
    if (fits(shorter)) return shorter;
  }
  throw new TidewaiterError('manifest.too-large', {
    which: report.digest,
    got: `a report of ${sizeOf(shorter)} bytes`,
    want: `at most ${REPORT_BYTES_MAX}`,
  });
}

export function fitSummary(summary: LayerSummary): LayerSummary {
  return fits(summary) ? summary : { ...summary, coverage: shortGaps(summary.coverage) };
}

/** A hundred gaps of the longest paths, each character escaped, would be 2.4 MB. */
const shortGaps = (coverage: Coverage, length = 500): Coverage => ({
  ...coverage,
  gaps: coverage.gaps.map((gap) => ({ ...gap, path: cut(gap.path, length) })),
});

const cut = (text: string | null, length: number): string | null => (text === null ? null : text.slice(0, length));
