import { createHash } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Gap, ImageFinding } from '@tidewaiter/shared/findings';
import type { Platform } from '@tidewaiter/shared/images';
import { emptyCoverage, GAPS_MAX } from '@tidewaiter/shared/judgement';
import type { ImageSource } from '../registry/index.ts';
import { type ConfigText, type ImageConfig, parseConfig } from './config-texts.ts';
import { redactedInstruction, rememberingTools, scanGroup, scanRemainder, type TextTools } from './image-findings.ts';
import { withStringsDecoded } from './json.ts';
import type { ImageLimits } from './limits.ts';
import { type Descriptor, isEncrypted, type Manifest } from './manifest.ts';
import type { TreeNode } from './manifest-tree.ts';
import type { ManifestFacts } from './sink.ts';

/** The bounds of the report's schema. */
const MEDIA_TYPE_CHARACTERS_MAX = 256;
const PLATFORM_CHARACTERS_MAX = 128;

type LeafManifest = Exclude<Manifest, { readonly shape: 'index' }>;

/**
 * Scans what a manifest and its config say. The account of coverage holds their gaps only: its sums are those of the layers.
 * @throws what the source throws; manifest.invalid when the config is not what its descriptor says.
 */
export async function readManifestFacts(
  node: TreeNode,
  source: ImageSource,
  textTools: TextTools,
  limits: ImageLimits,
  signal: AbortSignal,
): Promise<ManifestFacts> {
  const { manifest } = node;
  const tools = rememberingTools(textTools);
  const gaps: Gap[] = node.missing.map((digest) => ({ reason: 'download-failed', path: digest, bytes: null }));
  gaps.push(...manifest.unread.map((gap) => ({ ...gap, path: tools.redact(gap.path ?? '') })));
  const annotations = scanGroup(annotationTexts(manifest), tools);
  if (manifest.shape === 'index') {
    const children = manifest.children.map(({ digest, platform }) => ({ digest, platform }));
    return facts(node, tools, { platform: node.platform, children, layers: [], findings: annotations, gaps, limits });
  }
  gaps.push(...encryptedLayers(manifest));
  const bytes = await readConfig(manifest.config, source, limits, signal, gaps);
  const config = bytes && parseConfig(bytes);
  const named = config?.texts.flatMap((group) => scanGroup(group, tools)) ?? [];
  const rest = bytes
    ? scanRemainder(config ? withStringsDecoded(new TextDecoder().decode(bytes)) : new TextDecoder().decode(bytes), named, tools)
    : [];
  const findings = [...annotations, ...named, ...rest];
  return facts(node, tools, {
    platform: node.platform ?? config?.platform ?? null,
    children: [],
    layers: layersOf(manifest, config, tools),
    findings,
    gaps,
    limits,
  });
}

interface Parts extends Pick<ManifestFacts, 'platform' | 'children' | 'layers' | 'findings'> {
  readonly gaps: readonly Gap[];
  readonly limits: ImageLimits;
}

function facts(
  { digest, mediaType, manifest: { shape } }: TreeNode,
  tools: TextTools,
  { gaps, limits, findings, platform, children, ...parts }: Parts,
): ManifestFacts {
  const isOver = findings.length > limits.manifestFindingsMax;
  const all: readonly Gap[] = isOver ? [...gaps, { reason: 'limit-findings', path: null, bytes: null }] : gaps;
  const coverage = {
    ...emptyCoverage,
    gaps: all.slice(0, GAPS_MAX),
    gapsOmitted: Math.max(0, all.length - GAPS_MAX),
    complete: all.length === 0,
  };
  return {
    digest,
    mediaType: tools.redact(mediaType).slice(0, MEDIA_TYPE_CHARACTERS_MAX),
    shape,
    platform: redactedPlatform(platform, tools),
    children: children.map((child) => ({ ...child, platform: redactedPlatform(child.platform, tools) })),
    ...parts,
    findings: findings.slice(0, limits.manifestFindingsMax),
    coverage,
  };
}

/** Whoever makes an image writes these freely, so a secret may stand in them as anywhere else. */
function redactedPlatform(platform: Platform | null, tools: TextTools): Platform | null {
  if (platform === null) return null;
  const redacted = (text: string): string => tools.redact(text).slice(0, PLATFORM_CHARACTERS_MAX);
  const { os, architecture, variant } = platform;
  const named = { os: redacted(os), architecture: redacted(architecture) };
  return variant === undefined ? named : { ...named, variant: redacted(variant) };
}

function annotationTexts({ annotations }: Manifest): readonly ConfigText[] {
  return annotations.map(([key, value]) => ({
    kind: 'annotation' satisfies ImageFinding['kind'],
    key,
    text: `${key}=${value}`,
    instruction: null,
  }));
}

/** Encrypted bytes are bytes of no known form: the layer's fact cannot tell, so the manifest says it. Where that is a lie, they are read. */
function encryptedLayers({ layers }: LeafManifest): readonly Gap[] {
  return layers.filter(isEncrypted).map(({ digest, sizeBytes }) => ({ reason: 'encrypted', path: digest, bytes: sizeBytes }));
}

/** History and diff ids are claims; where their number differs from the layers' nobody knows which belongs to which. */
function layersOf({ layers }: LeafManifest, config: ImageConfig | null, tools: TextTools): ManifestFacts['layers'] {
  const diffIds = config?.diffIds.length === layers.length ? config.diffIds : [];
  const instructions = config?.layerInstructions.length === layers.length ? config.layerInstructions : [];
  return layers.map(({ digest, sizeBytes }, at) => ({
    digest,
    sizeBytes,
    diffId: diffIds[at] ?? null,
    instruction: redactedInstruction(instructions[at] ?? null, tools),
  }));
}

/** The config's bytes, verified; null where there is none or it is over the limit. */
async function readConfig(
  config: Descriptor | null,
  source: ImageSource,
  limits: ImageLimits,
  signal: AbortSignal,
  gaps: Gap[],
): Promise<Buffer | null> {
  if (!config) return null;
  if (config.sizeBytes > limits.configBytesMax) {
    gaps.push({ reason: 'limit-bytes', path: config.digest, bytes: config.sizeBytes });
    return null;
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source.blob(config.digest, config.sizeBytes, signal)) {
    length += chunk.length;
    if (length > config.sizeBytes) break;
    parts.push(Buffer.from(chunk));
  }
  const bytes = Buffer.concat(parts);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (length === config.sizeBytes && digest === config.digest) return bytes;
  const got =
    length === config.sizeBytes ? digest : `${length > config.sizeBytes ? 'more than ' : ''}${Math.min(length, config.sizeBytes)} bytes`;
  throw new TidewaiterError('manifest.invalid', {
    which: `config ${config.digest}`,
    got,
    want: `that digest and ${config.sizeBytes} bytes`,
  });
}
