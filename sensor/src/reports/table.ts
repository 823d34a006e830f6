import { printable } from '@tidewaiter/shared/errors';
import type { ScanReport } from '@tidewaiter/shared/findings';
import type { ReportedFinding } from './report.ts';

const HEAD = ['CONFIDENCE', 'DETECTOR', 'SECRET', 'PLACE', 'LAYER', 'VISIBILITY'] as const;
/** Gaps printed one by one; the rest is a count. */
const GAPS_SHOWN_MAX = 10;
/** Cells over this stick out of their column: a path may have a mebibyte. */
const WIDTH_MAX = 120;

/** The report for people. Nothing in it moves their terminal: control characters of paths are written out. */
export function tableOf(report: ScanReport): string {
  const rows = report.findings.map(rowOf);
  const widths = HEAD.map((head, at) => rows.reduce((width, row) => Math.max(width, paddedLength(row[at])), head.length));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const table = rows.length === 0 ? [] : [line(HEAD), ...rows.map(line), ''];
  return [...table, ...summaryOf(report), ''].join('\n');
}

/** One long path must not pad every other line to its length. */
const paddedLength = (cell = ''): number => (cell.length > WIDTH_MAX ? 0 : cell.length);

function rowOf({ confidence, detector, preview, secret, location, occurrences }: ReportedFinding): readonly string[] {
  const visibilities = [...new Set(occurrences.map(({ visibility }) => visibility))].join(', ');
  return [
    confidence,
    detector,
    printable(secret ?? preview),
    printable(placeOf(location)),
    location.layerDigest?.slice(7, 19) ?? '-',
    visibilities,
  ];
}

function placeOf({ kind, path, line, column }: ReportedFinding['location']): string {
  const at = line === null ? '' : `:${line}${column === null ? '' : `:${column}`}`;
  return kind === 'file' ? `/${path}${at}` : `${kind}${path === '' ? '' : ` ${path}`}${at}`;
}

function summaryOf(report: ScanReport): readonly string[] {
  const { image, platforms, verdict, coverage, findings, stats } = report;
  const hidden = Object.values(stats.byConfidence).reduce((sum, count) => sum + count, 0) - findings.length - stats.excluded;
  const unread = coverage.complete ? 'everything was read' : `${coverage.gaps.length + coverage.gapsOmitted} gaps`;
  const gaps = coverage.gaps
    .slice(0, GAPS_SHOWN_MAX)
    .map(({ reason, path }) => `  not read: ${printable(path ?? 'a blob to its end')} (${reason})`);
  const gapsMore = coverage.gaps.length + coverage.gapsOmitted - gaps.length;
  return [
    `${printable(image.reference)} ${image.digest}`,
    `verdict: ${verdict}; ${findings.length} findings${hidden > 0 ? `, ${hidden} below the minimum confidence` : ''}${stats.excluded > 0 ? `, ${stats.excluded} excluded` : ''}`,
    ...exclusionLines(report),
    `read: ${platforms.length} platforms, ${stats.layers} layers, ${coverage.filesScanned} of ${coverage.filesSeen} files, ${coverage.bytesScanned} bytes; ${unread}`,
    ...gaps,
    ...(gapsMore > 0 ? [`  and ${gapsMore} more were not read; --format json names them`] : []),
  ];
}

/** What each exclusion hid, and what was reported in spite of one. */
function exclusionLines({ findings, stats }: ScanReport): readonly string[] {
  const hid = Object.entries(stats.byExclusion).map(([text, count]) => `  ${printable(text)} hid ${count}`);
  const pierced = findings
    .filter(({ excludedBy }) => excludedBy.length > 0)
    .map(
      ({ location, excludedBy }) =>
        `  reported although ${printable(excludedBy.join(', '))} excludes it, being certain: ${printable(placeOf(location))}`,
    );
  return [...hid, ...pierced];
}
