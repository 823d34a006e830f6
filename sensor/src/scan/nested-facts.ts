import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Gap } from '@tidewaiter/shared/findings';
import type { Engine } from '../detectors/index.ts';
import type { BesidePlace, ContentSink, Entry } from '../layers/index.ts';
import type { PassMemory } from '../memory/index.ts';
import type { CoverageLedger } from './coverage-ledger.ts';
import type { FoundFile } from './found-file.ts';
import { redactedPath } from './found-file.ts';
import type { FactTools } from './layer-facts.ts';
import type { SideTexts, TextOwner } from './side-texts.ts';

/** Files that lie in a file of the layer, one after the other, in a memory of their own. */
export class NestedFacts implements ContentSink {
  readonly memory: PassMemory;
  readonly #engine: Engine;
  readonly #tools: FactTools;
  readonly #ledger: CoverageLedger;
  readonly #texts: SideTexts;
  #last: Pick<Entry, 'path' | 'linkTarget'> = { path: '', linkTarget: '' };
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
    if (entry.rawPath.length > 0) this.#texts.add(entry.rawPath, 'name', this.#owner());
    if (entry.linkTarget !== '') this.#texts.add(Buffer.from(entry.linkTarget), 'link target', this.#owner());
    if (this.#entry) this.#engine.begin({ path: entry.path });
  }

  push(at: number, length: number): void {
    this.#ledger.nestedBytes(length);
    this.#engine.push(at, length);
  }

  beside(place: BesidePlace, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#texts.add(bytes, place, this.#owner());
  }

  end(gap: Gap | null): void {
    if (!this.#entry) return;
    this.#engine.end();
    this.#ledger.nestedFile(gap && { ...gap, path: redactedPath(this.#tools, this.#entry.path) });
    this.#entry = null;
  }

  /** What is found has the place of the layer's file; the texts are scanned before that is closed. */
  #owner(): TextOwner {
    const outer = this.#outer;
    if (!outer) throw new TidewaiterError('internal', { which: 'a file in no file' });
    outer.stay();
    return { entry: this.#last, open: () => outer, close: () => undefined, done: () => outer.leave() };
  }
}
