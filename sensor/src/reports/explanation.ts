import type { Exclusions } from '@tidewaiter/shared/exclusions';
import { type Confidence, isAtLeast, type Visibility } from '@tidewaiter/shared/judgement';

/** What was found in one layer's copy of a file, before it is judged. Texts are redacted. */
export interface FoundCopy {
  readonly layerDigest: string;
  /** What this layer does to the path. */
  readonly effects: readonly string[];
  readonly unread: string | null;
  readonly files: readonly {
    readonly path: string;
    readonly type: string;
    readonly sizeBytes: number | null;
    readonly linkTarget: string | null;
    readonly bytesRead: number;
    readonly gap: string | null;
    readonly matches: readonly {
      readonly detector: string;
      readonly confidence: Confidence;
      readonly preview: string;
      readonly line: number;
      readonly column: number;
    }[];
    readonly drops: readonly { readonly detector: string; readonly reason: 'placeholder' | 'check'; readonly offset: number }[];
    readonly dropsOmitted: number;
  }[];
  readonly filesOmitted: number;
  readonly gaps: readonly string[];
}

/** What decides whether a match is reported; without exclusions nothing is excluded. */
export interface Judgement {
  readonly minConfidence: Confidence;
  readonly exclusions: Pick<Exclusions, 'of'> | null;
}

/** The answer of `tidewaiter-sensor explain`: a contract with its readers, as the report of a scan is. */
export interface Explanation {
  readonly schemaVersion: 1;
  readonly image: { readonly reference: string; readonly digest: string };
  readonly path: string;
  /** Where the file is to be had, by platform: the fate of each layer's copy, lowest first. */
  readonly images: readonly {
    readonly platform: string | null;
    readonly digest: string;
    readonly copies: readonly {
      readonly layerDigest: string;
      /** The build instruction that made the layer, redacted. */
      readonly instruction: string | null;
      readonly visibility: Visibility;
      /** The layer above that decides. */
      readonly by: string | null;
    }[];
  }[];
  readonly layers: readonly ReturnType<typeof judgedCopy>[];
}

const because = {
  placeholder: 'it is a placeholder',
  check: 'its structure check refused it: a known test key, a value that nobody issued, or a name that speaks against it',
} as const;

/** A copy with the reason for each match to be reported or not. */
export function judgedCopy(copy: FoundCopy, judgement: Judgement) {
  return {
    ...copy,
    files: copy.files.map((file) => ({
      ...file,
      matches: file.matches.map((match) => ({ ...match, ...verdictOn(match.confidence, file.path, judgement) })),
      drops: file.drops.map((drop) => ({ ...drop, because: because[drop.reason] })),
    })),
  };
}

interface MatchVerdict {
  readonly reported: boolean;
  readonly excludedBy: readonly string[];
  readonly because: string;
}

function verdictOn(confidence: Confidence, path: string, { minConfidence, exclusions }: Judgement): MatchVerdict {
  const { excludedBy, hidden } = exclusions?.of({ path, inFile: true, confidence }) ?? { excludedBy: [], hidden: false };
  const texts = excludedBy.join(', ');
  if (!isAtLeast(confidence, minConfidence))
    return { reported: false, excludedBy, because: `${confidence} is below the minimum confidence ${minConfidence}` };
  if (hidden) return { reported: false, excludedBy, because: `excluded by ${texts}` };
  if (excludedBy.length > 0) return { reported: true, excludedBy, because: `certain, so it pierces the preset's ${texts}` };
  return { reported: true, excludedBy, because: 'nothing keeps it back' };
}
