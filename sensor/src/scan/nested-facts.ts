import type { Gap } from '@tidewaiter/shared/findings';
import type { Engine } from '../detectors/index.ts';
import type { BesidePlace, ContentSink, Entry } from '../layers/index.ts';
import type { PassMemory } from '../memory/index.ts';
import type { CoverageLedger } from './coverage-ledger.ts';
import type { FoundFile } from './found-file.ts';
import { redactedPath } from './found-file.ts';
import type { FactTools } from './layer-facts.ts';
import type { SideTexts, TextEntry } from './side-texts.ts';

/** Files that lie in a file of the layer, one after the other, in a memory of their own. */
export class NestedFacts implements ContentSink {
  readonly memory: PassMemory;
  readonly #engine: Engine;
  readonly #tools: FactTools;
  readonly #ledger: CoverageLedger;
  readonly #texts: SideTexts;
  #last: TextEntry = { path: '', linkTarget: '' };
  #outer: FoundFile | null = null;
  #entry: Entry | null = null;

  constructor(tools: FactTools, ledger: CoverageLedger, texts: SideTexts) {
    const { memory, engine } = tools.openLane((match) => this.#outer?.matched(match, this.#entry?.path ?? ''));
    this.memory = memory;
    this.#engine = engine;
    this.#tools = tools;
    this.#ledger = ledger;
    this.#texts = texts;
  }

  /** What follows lies in this file. */
  openIn(outer: FoundFile): void {
    this.#outer = outer;
  }

  begin(entry: Entry): void {
    this.#entry = entry.type === 'file' ? entry : null;
    this.#last = entry;
    // Only a tar's names come with their bytes: those of other archives are plain bytes of the archive, which are read as such.
    this.#texts.add(entry.rawPath, 'name', this.#last, this.#outer);
    if (entry.linkTarget !== '') this.#texts.add(Buffer.from(entry.linkTarget), 'link target', this.#last, this.#outer);
    if (this.#entry) this.#engine.begin({ path: entry.path });
  }

  push(at: number, length: number): void {
    this.#ledger.nestedBytes(length);
    this.#engine.push(at, length);
  }

  beside(place: BesidePlace, bytes: Uint8Array): void {
    this.#texts.add(bytes, place, this.#last, this.#outer);
  }

  end(gap: Gap | null): void {
    if (!this.#entry) return;
    this.#engine.end();
    this.#ledger.nestedFile(gap && { ...gap, path: redactedPath(this.#tools, this.#entry.path) });
    this.#entry = null;
  }
}
