import type { Exclusions } from '@tidewaiter/shared/exclusions';
import type { Confidence, Visibility } from '@tidewaiter/shared/judgement';
import { type Rule, TextDetector } from '../detectors/index.ts';
import type { FingerprintKeys } from '../fingerprint/index.ts';
import { createPassMemory } from '../memory/index.ts';
import type { ImageSource } from '../registry/index.ts';
import { type Explanation, type FoundCopy, judgedCopy } from '../reports/index.ts';
import { type ProbedFile, type ProbedLayer, type ProbedPath, probePath, scanLimits } from '../scan/index.ts';

/** What an explanation is made with, and what decides whether a match is reported. */
export interface ExplainTools {
  readonly source: ImageSource;
  readonly rules: readonly Rule[];
  readonly keys: FingerprintKeys;
  readonly signal: AbortSignal;
  readonly minConfidence: Confidence;
  readonly exclusions: Exclusions | null;
}

/** What became of one path in every image and layer. `asked` may begin with `/` or `./`. @throws what the source throws; manifest.*, cancelled. */
export async function explainPath(
  asked: string,
  { source, rules, keys, signal, minConfidence, exclusions }: ExplainTools,
): Promise<Explanation> {
  const path = asked.replace(/^(?:\.?\/)+/, '');
  const detector = new TextDetector(rules, createPassMemory);
  const redact = (text: string): string => detector.redact(text);
  const texts = { keys, showSecrets: false, matches: (text: string) => detector.matches(text), redact };
  const probed = await probePath(path, { source, rules, texts, limits: scanLimits, signal });
  return {
    schemaVersion: 1,
    image: { reference: source.reference, digest: probed.digest ?? '' },
    path: redact(path),
    images: probed.images.map(({ platform, digest, layers }) => ({ platform, digest, copies: copiesOf(layers, probed) })),
    layers: [...probed.layers.values()].map((layer) => judgedCopy(copyOf(layer, redact), { minConfidence, exclusions })),
  };
}

/** What became of each layer's copy: the lowest layer above that does anything to it decides. */
function copiesOf(order: ProbedPath['images'][number]['layers'], { layers }: ProbedPath): Explanation['images'][number]['copies'] {
  const stack = order.flatMap(({ digest, instruction }) => {
    const layer = layers.get(digest);
    return layer ? [{ ...layer, instruction }] : [];
  });
  return stack.flatMap((layer, at) => {
    if (layer.files.length === 0) return [];
    const above = stack.slice(at + 1).find(({ effects }) => effects.length > 0);
    const visibility: Visibility = above === undefined ? 'visible' : above.effects.includes('writes') ? 'shadowed' : 'deleted';
    return [{ layerDigest: layer.digest, instruction: layer.instruction, visibility, by: above?.digest ?? null }];
  });
}

function copyOf({ digest, effects, files, filesOmitted, gaps, unread }: ProbedLayer, redact: (text: string) => string): FoundCopy {
  return {
    layerDigest: digest,
    effects,
    unread,
    files: files.map((file) => fileOf(file, files, redact)),
    filesOmitted,
    gaps: gaps.map(({ reason, path }) => `${path === null ? 'something in it' : redact(path)} (${reason})`),
  };
}

function fileOf(file: ProbedFile, all: readonly ProbedFile[], redact: (text: string) => string): FoundCopy['files'][number] {
  const { path, type, sizeBytes, linkTarget, bytesRead, gap, matches, drops, dropsOmitted } = file;
  // What lies uncompressed in an archive is seen twice, and told of where it says more.
  const deeper = new Set(all.filter((one) => one.path.startsWith(`${path}!/`)).flatMap((one) => one.matches.map(({ text }) => text)));
  return {
    path: redact(path),
    type,
    sizeBytes,
    linkTarget: linkTarget === '' ? null : redact(linkTarget),
    bytesRead,
    gap: gap?.reason ?? null,
    matches: matches
      .filter(({ text }) => !deeper.has(text))
      .map(({ detector, confidence, preview, line, column }) => ({ detector, confidence, preview, line, column })),
    drops,
    dropsOmitted,
  };
}
