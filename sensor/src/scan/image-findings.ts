import type { ImageFinding } from '@tidewaiter/shared/findings';
import type { Match } from '../detectors/index.ts';
import { type FingerprintKeys, fingerprintsOf } from '../fingerprint/index.ts';
import type { ConfigText } from './config-texts.ts';
import type { ScannedFinding } from './sink.ts';

/** Detection over short texts, on the main thread. */
export interface TextTools {
  readonly keys: FingerprintKeys;
  readonly showSecrets: boolean;
  matches(text: string): readonly Match[];
  redact(text: string): string;
}

/** Bounds of ImageFindingSchema and of a layer's instruction in a manifest report. */
const KEY_CHARACTERS_MAX = 1_024;
export const INSTRUCTION_CHARACTERS_MAX = 1_024;

/** The tools with a memory of what they redacted: ten thousand matches in one long instruction redact it once. For one manifest. */
export function rememberingTools(tools: TextTools): TextTools {
  const known = new Map<string, string>();
  const redact = (text: string): string => {
    const redacted = known.get(text) ?? tools.redact(text);
    known.set(text, redacted);
    return redacted;
  };
  return { ...tools, redact };
}

/** Redacted first, cut second: a cut secret would not be known as one. */
export const redactedInstruction = (text: string | null, tools: Pick<TextTools, 'redact'>): string | null =>
  text === null ? null : tools.redact(text).slice(0, INSTRUCTION_CHARACTERS_MAX);

/** Scans a group of texts as one, a line each, and says in which each match begins. */
export function scanGroup(group: readonly ConfigText[], tools: TextTools): readonly ScannedFinding<ImageFinding>[] {
  const starts: number[] = [];
  let length = 0;
  for (const { text } of group) {
    starts.push(length);
    length += Buffer.byteLength(text) + 1;
  }
  const at = (offset: number): ConfigText | undefined => group[lastAtOrBefore(starts, offset)];
  return tools.matches(group.map(({ text }) => text).join('\n')).flatMap((match) => {
    const place = at(match.offset);
    return place ? [findingOf(match, place, tools)] : [];
  });
}

/** Binary search: the index of the last start that is not after `offset`. */
function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What a whole document holds beyond `found`: members nobody expects, keys that stand twice. */
export function scanRemainder(text: string, found: readonly ImageFinding[], tools: TextTools): readonly ScannedFinding<ImageFinding>[] {
  const known = new Set(found.map(fingerprint));
  const place: ConfigText = { kind: 'config', key: '', text, instruction: null };
  return tools
    .matches(text)
    .map((match) => findingOf(match, place, tools))
    .filter((finding) => !known.has(fingerprint(finding)));
}

const fingerprint = (finding: ImageFinding): string => finding.fingerprints[0]?.value ?? '';

function findingOf(match: Match, place: ConfigText, tools: TextTools): ScannedFinding<ImageFinding> {
  const { detector, confidence, preview } = match;
  return {
    detector,
    confidence,
    fingerprints: fingerprintsOf(match.canonical, tools.keys),
    preview,
    kind: place.kind,
    key: tools.redact(place.key).slice(0, KEY_CHARACTERS_MAX),
    instruction: redactedInstruction(place.instruction, tools),
    ...(tools.showSecrets ? { secret: match.text } : {}),
  };
}
