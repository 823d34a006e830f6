import type { Gap, LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { Engine, Match, MatchListener } from '../detectors/index.ts';
import { type BesidePlace, type Entry, effectOf, type LayerReading } from '../layers/index.ts';
import type { Lane, NestedSink, OuterFile } from '../nested/index.ts';
import type { PassMemory } from '../memory/index.ts';
import type { FingerprintKeys } from '../fingerprint/index.ts';
import { CoverageLedger } from './coverage-ledger.ts';
import { atLink, type Finding, FoundFile, hex, redactedPath } from './found-file.ts';
import { NestedFacts } from './nested-facts.ts';
import { PathPages } from './path-pages.ts';
import { SideTexts } from './side-texts.ts';
import type { PathPage, ScannedFinding } from './sink.ts';

/** What a worker has at hand to make facts of content: all of it stays in that worker. */
export interface FactTools {
  readonly engine: Engine;
  readonly keys: FingerprintKeys;
  readonly showSecrets: boolean;
  readonly findingsMax: number;
  readonly linkedFindingsMax: number;
  /** The text with every secret in it masked. */
  redact(text: string): string;
  /** Keyed hash of a clean path, 8 bytes big-endian; the bytes are the caller's. */
  hashPath(path: Uint8Array): Uint8Array;
  /** Another memory with an engine of its own: an engine has one file at a time. */
  openLane(listener: MatchListener): { readonly memory: PassMemory; readonly engine: Engine };
}

/** What stands in an archive before its first entry. */
const NO_ENTRY = { path: '', linkTarget: '' };

/** Joins a layer's content and the detection engine, and makes of both what is reported: findings, coverage, path index. */
export class LayerFacts implements NestedSink {
  readonly #tools: FactTools;
  readonly #pages: PathPages;
  readonly #ledger = new CoverageLedger();
  readonly #texts: SideTexts;
  readonly #findings: ScannedFinding<LayerFinding>[] = [];
  /** Findings by the hash of their path, to mark them when a later entry writes the same path. */
  readonly #byPath = new Map<string, Finding[]>();
  readonly #lanes: NestedFacts[] = [];
  /** Files that went by while something in them is still being read, by the hash of their path. */
  readonly #late = new Map<string, FoundFile>();
  #omitted = 0;
  #linked = 0;
  #entry: Entry | null = null;
  #path: Uint8Array = new Uint8Array(0);
  #isFile = false;
  /** No file of the tar and not what the layer holds, but what its compressed stream carries beside that. */
  #isBeside = false;
  /** The open file, once something was found in it or it was entered. Most never need it. */
  #found: FoundFile | null = null;

  constructor(tools: FactTools, onPage: (page: PathPage) => void) {
    this.#tools = tools;
    this.#pages = new PathPages(onPage);
    this.#texts = new SideTexts(
      tools,
      (path) => new FoundFile(tools, { path, inFile: true }, (findings, omitted) => this.#keep(findings, omitted)),
    );
  }

  begin(entry: Entry): void {
    const isInTar = entry.sizeBytes !== null;
    this.#entry = entry;
    if (isInTar) {
      this.#index(entry);
      this.#texts.add(entry.rawPath, 'name', entry, null);
      if (entry.linkTarget !== '') this.#texts.add(Buffer.from(entry.linkTarget), 'link target', entry, null);
    }
    this.#isFile = entry.type === 'file';
    if (!this.#isFile) {
      this.#ledger.other();
      return;
    }
    // Kept for a match: the entry's own bytes are gone once its content flows.
    this.#path = entry.rawPath.slice();
    this.#isBeside = !isInTar && entry.path !== '';
    this.#ledger.beginFile();
    this.#tools.engine.begin({ path: entry.path, sizeBytes: entry.sizeBytes });
  }

  push(at: number, length: number): void {
    if (this.#isBeside) this.#ledger.nestedBytes(length);
    else this.#ledger.scanned(length);
    this.#tools.engine.push(at, length);
  }

  beside(place: BesidePlace, bytes: Uint8Array): void {
    this.#texts.add(bytes, place, this.#entry ?? NO_ENTRY, null);
  }

  end(gap: Gap | null): void {
    if (!this.#isFile) return;
    this.#tools.engine.end();
    if (this.#isBeside) this.#ledger.nestedFile(gap && this.#redacted(gap));
    else this.#ledger.endFile(this.#entry?.sizeBytes ?? null, gap && this.#redacted(gap));
    this.#found?.leave();
    if (this.#found?.isOpen) this.#late.set(hex(this.#tools.hashPath(this.#path)), this.#found);
    this.#found = null;
  }

  /** The engine's listener. A match belongs to the file that is open. */
  matched(match: Match): void {
    this.#foundFile().matched(match, this.#entry?.path ?? '');
  }

  enter(): OuterFile {
    const found = this.#foundFile();
    found.stay();
    return {
      takeLane: () => this.#takeLane(found),
      giveBack: (lane) => this.#giveBack(lane),
      gap: (gap) => this.#ledger.gap(this.#redacted(gap)),
      stay: () => found.stay(),
      leave: () => found.leave(),
    };
  }

  /** Closes the account: no entry follows. */
  finish(reading: LayerReading): { readonly findings: readonly ScannedFinding<LayerFinding>[]; readonly summary: LayerSummary } {
    this.#texts.flush();
    for (const gap of reading.gaps) this.#ledger.gap(this.#redacted(gap));
    if (this.#omitted > 0) this.#ledger.gap({ reason: 'limit-findings', path: null, bytes: null });
    this.#pages.end();
    const { digest, blobBytes, compression, content } = reading;
    const summary = { digest, blobBytes, compression, content, coverage: this.#ledger.coverage(), findings: this.#findings.length };
    return { findings: this.#findings, summary };
  }

  #takeLane(found: FoundFile): Lane {
    const lane = this.#lanes.pop() ?? new NestedFacts(this.#tools, this.#ledger, this.#texts);
    lane.openIn(found);
    return { memory: lane.memory, sink: lane };
  }

  #giveBack({ sink }: Lane): void {
    if (sink instanceof NestedFacts) this.#lanes.push(sink);
  }

  #foundFile(): FoundFile {
    if (this.#found) return this.#found;
    const found = new FoundFile(this.#tools, { path: this.#path, inFile: this.#entry?.sizeBytes !== null }, (findings, omitted) => {
      this.#keep(findings, omitted);
      for (const link of found.links) this.#tellAgain(findings, link);
    });
    return (this.#found = found);
  }

  /** All of one file of the layer, and of what lies in it. */
  #keep(findings: Finding[], omitted = 0): void {
    const kept = findings.slice(0, Math.max(0, this.#tools.findingsMax - this.#findings.length));
    this.#omitted += omitted + findings.length - kept.length;
    this.#findings.push(...kept);
    for (const finding of kept) {
      if (finding.superseded) continue;
      const ofPath = this.#byPath.get(finding.pathHash);
      if (ofPath) ofPath.push(finding);
      else this.#byPath.set(finding.pathHash, [finding]);
    }
  }

  #index(entry: Entry): void {
    const effect = effectOf(entry.rawPath);
    if (effect.kind === 'none') return;
    const linked = effect.kind === 'write' ? this.#findingsAt(entry.hardLinkTo, entry) : [];
    const hash = this.#tools.hashPath(effect.path);
    if (effect.kind === 'whiteout') this.#pages.add('whiteouts', hash);
    else if (effect.kind === 'opaque') this.#pages.add('opaques', hash);
    else {
      this.#pages.add(entry.type === 'directory' ? 'directories' : 'files', hash);
      if (this.#byPath.size + this.#late.size > 0) this.#supersede(hex(hash));
      if (linked.length > 0) this.#tellAgain(linked, entry);
    }
  }

  /** What was found in the file that a hard link shares: an earlier entry, as an extractor needs it (OCI image-spec, layer.md, Hardlinks). */
  #findingsAt(path: Uint8Array | null, entry: Entry): readonly Finding[] {
    if (path === null || path.length === 0 || this.#byPath.size + this.#late.size === 0) return [];
    const hash = hex(this.#tools.hashPath(path));
    this.#late.get(hash)?.links.push({ ...entry, rawPath: entry.rawPath.slice() });
    return this.#byPath.get(hash) ?? [];
  }

  /** A hard link is a name of its own: the secret is there still when a layer above removes the first name. */
  #tellAgain(linked: readonly Finding[], entry: Entry): void {
    const room = Math.max(0, this.#tools.linkedFindingsMax - this.#linked);
    this.#omitted += Math.max(0, linked.length - room);
    this.#linked += Math.min(room, linked.length);
    this.#keep(atLink(this.#tools, linked.slice(0, room), entry));
  }

  #supersede(pathHash: string): void {
    for (const finding of this.#byPath.get(pathHash) ?? []) finding.superseded = true;
    this.#byPath.delete(pathHash);
    this.#late.get(pathHash)?.supersede();
    this.#late.delete(pathHash);
  }

  #redacted(gap: Gap): Gap {
    return gap.path === null ? gap : { ...gap, path: redactedPath(this.#tools, gap.path) };
  }
}
