import type { LayerFinding } from '@tidewaiter/shared/findings';
import type { Match } from '../detectors/index.ts';
import { fingerprintsOf } from '../fingerprint/index.ts';
import { type Entry, parentsOf } from '../layers/index.ts';
import type { FactTools } from './layer-facts.ts';
import type { ScannedFinding } from './sink.ts';

/** Parents a finding carries (LayerFindingSchema), nearest first. */
const PARENTS_MAX = 256;
const PATH_CHARACTERS_MAX = 4_096;
/** The findings of one file are held until it was read: so many times those of a layer, since an archive's own bytes may show them too. */
const HELD_TIMES = 2;

/** Of an object in a git pack or bundle. */
const OBJECT_ID = /(\.(?:pack|bundle)!\/)[0-9a-f]{40}(?:[0-9a-f]{24})?(?=\/|$)/g;

/** As it is built: a later entry of the same path may supersede it. */
export type Finding = ScannedFinding<{ -readonly [K in keyof LayerFinding]: LayerFinding[K] }>;
type Place = Pick<LayerFinding, 'pathHash' | 'parentHashes' | 'inFile'>;

export const hex = (hash: Uint8Array): string => Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('hex');

/** Redacted first, cut second: a cut secret would not be known as one. */
export const redactedPath = (tools: Pick<FactTools, 'redact'>, path: string): string =>
  path === '' ? '' : tools.redact(path).slice(0, PATH_CHARACTERS_MAX);

/** A file of the layer in which something was found, or that has other files in it: these have its place and its visibility. */
export class FoundFile {
  readonly #tools: FactTools;
  /** Hard links to it that went by before all in it was read. */
  readonly links: Entry[] = [];
  readonly #file: { readonly path: Uint8Array; readonly inFile: boolean };
  readonly #onDone: (findings: Finding[], omitted: number) => void;
  readonly #found: { readonly path: string; readonly finding: Finding }[] = [];
  #omitted = 0;
  /** What was found in a version of a file that git keeps: of others like it only the first is told. */
  readonly #versions = new Set<string>();
  /** The file itself, and each archive that is open in it. */
  #open = 1;
  #superseded = false;
  /** The same for all of them, and not free. */
  #place: Place | null = null;
  readonly #redactedPaths = new Map<string, string>();

  /** @param onDone told all that was found, and how much of it was not kept, when the last part was left. */
  constructor(
    tools: FactTools,
    file: { readonly path: Uint8Array; readonly inFile: boolean },
    onDone: (findings: Finding[], omitted: number) => void,
  ) {
    this.#tools = tools;
    this.#file = file;
    this.#onDone = onDone;
  }

  /** Something in it is still being read. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  /** A later entry of the layer wrote the same path. */
  supersede(): void {
    this.#superseded = true;
    for (const { finding } of this.#found) finding.superseded = true;
  }

  stay(): void {
    this.#open++;
  }

  leave(): void {
    if (--this.#open > 0) return;
    this.#onDone(this.#innermost(), this.#omitted);
  }

  /** @param path of the file, or of the one in it, in which the match is. */
  matched(match: Match, path: string): void {
    if (this.#found.length >= HELD_TIMES * this.#tools.findingsMax) {
      this.#omitted++;
      return;
    }
    const finding = this.#findingOf(match, path);
    if (!this.#isVersion(path, finding)) this.#found.push({ path, finding });
  }

  /** Does an earlier object of the pack, which git writes newest first, hold the same under the same name? */
  #isVersion(path: string, { detector, confidence, fingerprints }: Finding): boolean {
    const file = path.replaceAll(OBJECT_ID, '$1');
    if (file === path) return false;
    const key = JSON.stringify([file, detector, confidence, fingerprints[0]?.value]);
    if (this.#versions.has(key)) return true;
    this.#versions.add(key);
    return false;
  }

  /**
   * What lies uncompressed in an archive is seen twice, as the archive's own bytes and as a file's. The file says more, and a secret that
   * stands in one place is found in one.
   */
  #innermost(): Finding[] {
    const isAlone = this.#found.every(({ path }) => path === this.#found[0]?.path);
    if (isAlone) return this.#found.map(({ finding }) => finding);
    const deeper = new Set<string>();
    for (const { path, finding } of this.#found)
      for (const outer of outersOf(path)) deeper.add(JSON.stringify([outer, finding.fingerprints[0]?.value]));
    return this.#found
      .filter(({ path, finding }) => !deeper.has(JSON.stringify([path, finding.fingerprints[0]?.value])))
      .map(({ finding }) => finding);
  }

  #findingOf(match: Match, path: string): Finding {
    const { detector, confidence, preview, line, column, offset } = match;
    this.#place ??= placeOf(this.#tools, this.#file);
    return {
      detector,
      confidence,
      fingerprints: fingerprintsOf(match.canonical, this.#tools.keys),
      preview,
      path: this.#redactedPath(path),
      ...this.#place,
      line,
      column,
      offset,
      superseded: this.#superseded,
      ...(this.#tools.showSecrets ? { secret: match.text } : {}),
    };
  }

  #redactedPath(path: string): string {
    const known = this.#redactedPaths.get(path) ?? redactedPath(this.#tools, path);
    this.#redactedPaths.set(path, known);
    return known;
  }
}

function placeOf(tools: FactTools, { path, inFile }: { readonly path: Uint8Array; readonly inFile: boolean }): Place {
  const hashOf = (one: Uint8Array): string => hex(tools.hashPath(one));
  return { pathHash: hashOf(path), parentHashes: inFile ? parentsOf(path, PARENTS_MAX).map(hashOf) : [], inFile };
}

/** The findings of a file at a hard link to it. What lies in an archive keeps its path there. */
export function atLink(tools: FactTools, findings: readonly Finding[], { path, rawPath, hardLinkTo }: Entry): Finding[] {
  const place = placeOf(tools, { path: rawPath, inFile: true });
  const [shown, target] = [redactedPath(tools, path), redactedPath(tools, Buffer.from(hardLinkTo ?? []).toString())];
  const pathOf = (found: string): string => (found.startsWith(`${target}!/`) ? `${shown}${found.slice(target.length)}` : shown);
  // What stands in the other name, or in its header, does not stand in this one.
  const inContent = findings.filter((finding) => !finding.path.startsWith(`${target}!(`));
  return inContent.map((finding) => ({
    ...finding,
    ...place,
    path: pathOf(finding.path).slice(0, PATH_CHARACTERS_MAX),
    superseded: false,
  }));
}

/** The archives a path leads through: `a.jar` and `a.jar!/b.jar` of `a.jar!/b.jar!/c`. */
function* outersOf(path: string): Generator<string> {
  for (let at = path.indexOf('!/'); at >= 0; at = path.indexOf('!/', at + 1)) yield path.slice(0, at);
}
