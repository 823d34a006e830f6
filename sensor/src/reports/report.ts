import type { Coverage, LayerFinding, ScanReport } from '@tidewaiter/shared/findings';
import { platformName } from '@tidewaiter/shared/images';
import {
  type Confidence,
  confidences,
  gapOfUnread,
  isAtLeast,
  sumCoverage,
  type Visibility,
  verdictOf,
  visibilities,
  visibilityOf,
} from '@tidewaiter/shared/judgement';
import type { Exclusions } from '@tidewaiter/shared/exclusions';
import type { ScannedImage, ScannedManifest, Shown } from './scanned-image.ts';

/** A finding as the report has it. */
export type ReportedFinding = ScanReport['findings'][number];
type Found = { -readonly [K in keyof ReportedFinding]: ReportedFinding[K] };

/** What decides which findings are reported; `durationMs` is what the scan took. */
export interface ReportOptions {
  readonly minConfidence: Confidence;
  readonly durationMs: number;
  /** Unless given nothing is excluded. */
  readonly exclusions?: Pick<Exclusions, 'of'> | null;
}

/** The report of a one-shot scan. A finding below the minimum, or excluded, is only counted: it touches neither list nor verdict. */
export function buildReport(image: ScannedImage, { minConfidence, durationMs, exclusions = null }: ReportOptions): ScanReport {
  const all = collectFindings(image);
  const sure = all.filter((finding) => isAtLeast(finding.confidence, minConfidence));
  const hidden = new Set(exclusions ? takeExcluded(sure, exclusions) : []);
  const findings = sure.filter((finding) => !hidden.has(finding)).sort(byWeight);
  const coverage = coverageOf(image);
  const leaves = image.manifests.filter(({ shape }) => shape !== 'index');
  return {
    schemaVersion: 1,
    image: { reference: image.reference, digest: image.manifests[0]?.digest ?? '' },
    platforms: leaves.map((leaf) => ({ platform: nameOf(leaf), digest: leaf.digest, layers: leaf.layers.map(({ digest }) => digest) })),
    verdict: verdictOf({ reportedFindings: findings.length, complete: coverage.complete }),
    coverage,
    findings,
    stats: {
      layers: image.layers.size + image.unread.size,
      blobBytes: [...image.layers.values()].reduce((sum, { summary }) => sum + summary.blobBytes, 0),
      durationMs: Math.round(durationMs),
      byConfidence: Object.fromEntries(confidences.map((name) => [name, all.filter(({ confidence }) => confidence === name).length])),
      excluded: hidden.size,
      byExclusion: countByExclusion(hidden),
      fingerprintKeyId: image.engine.fingerprintKeyId,
      engineVersion: image.engine.engineVersion,
      ruleSetHash: image.engine.ruleSetHash,
    },
  };
}

/** Tells each finding what excludes its path. Returns those that are hidden by it. */
function takeExcluded(findings: readonly Found[], exclusions: Pick<Exclusions, 'of'>): readonly Found[] {
  return findings.filter((finding) => {
    const { kind, path } = finding.location;
    const { excludedBy, hidden } = exclusions.of({ path, inFile: kind === 'file', confidence: finding.confidence });
    finding.excludedBy = [...excludedBy];
    return hidden;
  });
}

function countByExclusion(hidden: ReadonlySet<Found>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const text of [...hidden].flatMap(({ excludedBy }) => excludedBy)) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function coverageOf({ manifests, layers, unread }: ScannedImage): Coverage {
  const summed = sumCoverage([
    ...manifests.map(({ coverage }) => coverage),
    ...[...layers.values()].map(({ summary }) => summary.coverage),
  ]);
  const gaps = [...unread].map(([digest, error]) => gapOfUnread(digest, error.code));
  return sumCoverage([
    { ...summed, gaps: [], gapsOmitted: summed.gapsOmitted },
    { ...sumCoverage([]), gaps: [...gaps, ...summed.gaps], complete: gaps.length === 0 },
  ]);
}

/** Every distinct (finding, place), with one occurrence a platform. */
function collectFindings(image: ScannedImage): readonly Found[] {
  const byPlace = new Map<string, Found>();
  for (const manifest of image.manifests) {
    const platform = nameOf(manifest);
    for (const finding of manifest.findings) add(byPlace, imageFinding(finding), platform, 'not-a-file');
    manifest.layers.forEach(({ digest }, at) => {
      const findings = image.layers.get(digest)?.findings ?? [];
      if (findings.length === 0) return;
      const above = manifest.layers.slice(at + 1).flatMap((layer) => image.layers.get(layer.digest)?.paths ?? []);
      for (const finding of findings) {
        add(byPlace, layerFinding(finding, manifest, at), platform, visibilityOf(finding, above));
      }
    });
  }
  return [...byPlace.values()];
}

function add(byPlace: Map<string, Found>, finding: Found, platform: string | null, visibility: Visibility): void {
  const { kind, layerDigest, path, line, column } = finding.location;
  const key = JSON.stringify([finding.detector, finding.fingerprint, kind, layerDigest, path, line, column]);
  const known = byPlace.get(key) ?? finding;
  byPlace.set(key, known);
  const here = known.occurrences.find((occurrence) => occurrence.platform === platform);
  // A layer that stands twice in one image: what is visible counts.
  const better = here && visibilities.indexOf(here.visibility) <= visibilities.indexOf(visibility) ? here.visibility : visibility;
  known.occurrences = [...known.occurrences.filter((occurrence) => occurrence !== here), { platform, visibility: better }];
}

function imageFinding(finding: ScannedManifest['findings'][number]): Found {
  return {
    ...withoutPlace(finding),
    location: {
      kind: finding.kind,
      layerDigest: null,
      diffId: null,
      path: finding.key,
      line: null,
      column: null,
      instruction: finding.instruction,
    },
  };
}

function layerFinding(finding: Shown<LayerFinding>, manifest: ScannedManifest, at: number): Found {
  const layer = manifest.layers[at];
  const blobKind = manifest.platform?.os === 'unknown' ? 'attestation' : 'blob';
  return {
    ...withoutPlace(finding),
    location: {
      kind: finding.inFile ? 'file' : blobKind,
      layerDigest: layer?.digest ?? null,
      diffId: layer?.diffId ?? null,
      path: finding.path,
      line: finding.line,
      column: finding.column,
      instruction: layer?.instruction ?? null,
    },
  };
}

function withoutPlace(finding: Shown<Pick<LayerFinding, 'detector' | 'confidence' | 'preview' | 'fingerprints'>>): Omit<Found, 'location'> {
  const { detector, confidence, preview, secret } = finding;
  return {
    detector,
    confidence,
    occurrences: [],
    excludedBy: [],
    fingerprint: finding.fingerprints[0]?.value ?? '',
    preview,
    ...(secret === undefined ? {} : { secret }),
  };
}

const nameOf = ({ platform }: ScannedManifest): string | null => (platform ? platformName(platform) : null);

/** The surest first; then by place, so that two runs print the same. */
function byWeight(one: Found, other: Found): number {
  const weight = confidences.indexOf(one.confidence) - confidences.indexOf(other.confidence);
  return weight || compare(placeOf(one), placeOf(other)) || (one.location.line ?? 0) - (other.location.line ?? 0);
}

const placeOf = ({ location: { kind, path, layerDigest }, detector }: Found): string => [kind, path, layerDigest, detector].join('\0');
const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
