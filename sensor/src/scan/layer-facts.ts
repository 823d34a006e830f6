import type { Gap, LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { Engine, Match } from '../detectors/index.ts';
import { type ContentSink, type Entry, effectOf, type LayerReading, parentsOf } from '../layers/index.ts';
import { type FingerprintKeys, fingerprintsOf } from '../fingerprint/index.ts';
import { CoverageLedger } from './coverage-ledger.ts';
import { PathPages } from './path-pages.ts';
import type { PathPage, ScannedFinding } from './sink.ts';

/** What a worker has at hand to make facts of content: all of it stays in that worker. */
export interface FactTools {
  readonly engine: Engine;
  readonly keys: FingerprintKeys;
  readonly showSecrets: boolean;
  readonly findingsMax: number;
  /** The text with every secret in it masked. */
  redact(text: string): string;
  /** Keyed hash of a clean path, 8 bytes big-endian; the bytes are the caller's. */
  hashPath(path: Uint8Array): Uint8Array;
}

/** Parents a finding carries (LayerFindingSchema), nearest first. */
const PARENTS_MAX = 256;
const PATH_CHARACTERS_MAX = 4_096;

type Place = Pick<LayerFinding, 'path' | 'pathHash' | 'parentHashes' | 'inFile'>;
type Finding = ScannedFinding<{ -readonly [K in keyof LayerFinding]: LayerFinding[K] }>;

/** Joins a layer's content and the detection engine, and makes of both what is reported: findings, coverage, path index. */
export class LayerFacts implements ContentSink {
  readonly #tools: FactTools;
  readonly #pages: PathPages;
  readonly #ledger = new CoverageLedger();
  readonly #findings: Finding[] = [];
  /** Findings by the hash of their path, to mark them when a later entry writes the same path. */
  readonly #byPath = new Map<string, Finding[]>();
  #omitted = 0;
  #entry: Entry | null = null;
  #path: Uint8Array = new Uint8Array(0);
  #isFile = false;
  /** Where the open file's findings lie: the same for all of them, and not free. */
  #place: Place | null = null;

  constructor(tools: FactTools, onPage: (page: PathPage) => void) {
    this.#tools = tools;
    this.#pages = new PathPages(onPage);
  }

  begin(entry: Entry): void {
    const isInTar = entry.sizeBytes !== null;
    if (isInTar) this.#index(entry);
    this.#entry = entry;
    this.#place = null;
    this.#isFile = entry.type === 'file';
    if (!this.#isFile) {
      this.#ledger.other();
      return;
    }
    // Kept for a match: the entry's own bytes are gone once its content flows.
    this.#path = entry.rawPath.slice();
    this.#ledger.beginFile();
    this.#tools.engine.begin({ path: entry.path });
  }

  push(at: number, length: number): void {
    this.#ledger.scanned(length);
    this.#tools.engine.push(at, length);
  }

  end(gap: Gap | null): void {
    if (!this.#isFile) return;
    this.#tools.engine.end();
    this.#ledger.endFile(this.#entry?.sizeBytes ?? null, gap && this.#redacted(gap));
  }

  /** The engine's listener. A match belongs to the file that is open. */
  matched(match: Match): void {
    if (this.#findings.length >= this.#tools.findingsMax) {
      this.#omitted++;
      return;
    }
    const finding = this.#findingOf(match);
    this.#findings.push(finding);
    const ofPath = this.#byPath.get(finding.pathHash);
    if (ofPath) ofPath.push(finding);
    else this.#byPath.set(finding.pathHash, [finding]);
  }

  /** Closes the account: no entry follows. */
  finish(reading: LayerReading): { readonly findings: readonly ScannedFinding<LayerFinding>[]; readonly summary: LayerSummary } {
    for (const gap of reading.gaps) this.#ledger.gap(this.#redacted(gap));
    if (this.#omitted > 0) this.#ledger.gap({ reason: 'limit-findings', path: null, bytes: null });
    this.#pages.end();
    const { digest, blobBytes, compression, content } = reading;
    const summary = { digest, blobBytes, compression, content, coverage: this.#ledger.coverage(), findings: this.#findings.length };
    return { findings: this.#findings, summary };
  }

  #index(entry: Entry): void {
    const effect = effectOf(entry.rawPath);
    if (effect.kind === 'none') return;
    const hash = this.#tools.hashPath(effect.path);
    if (effect.kind === 'whiteout') this.#pages.add('whiteouts', hash);
    else if (effect.kind === 'opaque') this.#pages.add('opaques', hash);
    else {
      this.#pages.add(entry.type === 'directory' ? 'directories' : 'files', hash);
      if (this.#byPath.size > 0) this.#supersede(hex(hash));
    }
  }

  #supersede(pathHash: string): void {
    for (const finding of this.#byPath.get(pathHash) ?? []) finding.superseded = true;
    this.#byPath.delete(pathHash);
  }

  #findingOf(match: Match): Finding {
    const { detector, confidence, preview, line, column, offset } = match;
    this.#place ??= this.#placeOf();
    return {
      detector,
      confidence,
      fingerprints: fingerprintsOf(match.canonical, this.#tools.keys),
      preview,
      ...this.#place,
      line,
      column,
      offset,
      superseded: false,
      ...(this.#tools.showSecrets ? { secret: match.text } : {}),
    };
  }

  #placeOf(): Place {
    const hashOf = (path: Uint8Array): string => hex(this.#tools.hashPath(path));
    const inFile = this.#entry?.sizeBytes !== null;
    return {
      path: this.#redactedPath(this.#entry?.path ?? ''),
      pathHash: hashOf(this.#path),
      parentHashes: inFile ? parentsOf(this.#path, PARENTS_MAX).map(hashOf) : [],
      inFile,
    };
  }

  #redacted(gap: Gap): Gap {
    return gap.path === null ? gap : { ...gap, path: this.#redactedPath(gap.path) };
  }

  #redactedPath(path: string): string {
    return path === '' ? '' : this.#tools.redact(path).slice(0, PATH_CHARACTERS_MAX);
  }
}

const hex = (hash: Uint8Array): string => Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('hex');
