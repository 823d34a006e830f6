import type { Confidence, Gap, ScanReport } from '@tidewaiter/shared/findings';
import type { ReportedFinding } from './report.ts';

const LEVELS: Readonly<Record<Confidence, string>> = { certain: 'error', likely: 'warning', possible: 'note' };

/** The report as a SARIF 2.1.0 log (OASIS). Gaps are notifications of the run: a reader sees that it was incomplete. */
export function sarifOf(report: ScanReport, toolVersion: string): object {
  const detectors = [...new Set(report.findings.map(({ detector }) => detector))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tidewaiter-sensor', version: toolVersion, rules: detectors.map(ruleOf) } },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: report.coverage.gaps.map(notificationOf) }],
        results: report.findings.map((finding) => resultOf(finding, detectors)),
        properties: {
          image: report.image,
          verdict: report.verdict,
          complete: report.coverage.complete,
          excluded: report.stats.excluded,
          byExclusion: report.stats.byExclusion,
        },
      },
    ],
  };
}

/** A rule's name is optional, differs from its id (SARIF1001) and is in Pascal case (SARIF2012); a custom rule whose id has none goes without. */
function ruleOf(id: string): object {
  const words = id.split(/[^A-Za-z\d]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const name = words.join('');
  return /^[A-Z]/.test(name) ? { id, name } : { id };
}

function resultOf(
  { detector, confidence, location, occurrences, fingerprint, preview, excludedBy }: ReportedFinding,
  detectors: readonly string[],
): object {
  const { kind, layerDigest, diffId, path, line, column, instruction } = location;
  const where = kind === 'file' ? `/${path}` : `${kind} ${path}`.trim();
  return {
    ruleId: detector,
    ruleIndex: detectors.indexOf(detector),
    level: LEVELS[confidence],
    message: { text: `${detector} (${preview}) in ${where}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: kind === 'file' ? uriOf(path) : uriOf(`image-config/${kind}/${path}`) },
          // No column: ours count bytes, SARIF's UTF-16 units.
          ...(line === null ? {} : { region: { startLine: line } }),
        },
      },
    ],
    partialFingerprints: { 'tidewaiter/v1': fingerprint },
    properties: { confidence, kind, layerDigest, diffId, column, instruction, occurrences, excludedBy },
  };
}

const uriOf = (path: string): string =>
  path
    .split('/')
    .map((segment) => encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\uFFFD')))
    .join('/');

const notificationOf = ({ reason, path, bytes }: Gap): object => ({
  level: 'warning',
  descriptor: { id: reason },
  message: { text: `not read: ${path ?? 'a whole blob'}${bytes === null ? '' : `, ${bytes} bytes`} (${reason})` },
});
