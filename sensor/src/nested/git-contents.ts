import { createHash } from 'node:crypto';
import type { GapReason } from '@tidewaiter/shared/findings';
import type { Stop } from '../layers/index.ts';
import type { Archive } from './format.ts';
import { applyDelta } from './git-delta.ts';
import type { ObjectKind, PackEntry } from './git-entry.ts';
import { HeldBases, type HeldPack } from './git-held.ts';
import { TreeNames } from './git-names.ts';
import { PackObjects } from './git-objects.ts';
import type { FilesInside } from './inside.ts';
import type { Unpacker } from './unpacker.ts';

/** What a pack's objects are made with. */
export interface GitTools {
  readonly archive: Archive;
  readonly files: FilesInside;
  readonly unpacker: Unpacker;
  readonly held: HeldPack;
  readonly format: 'sha1' | 'sha256';
  readonly idBytes: number;
}

/** The objects of a pack, made from what its entries inflate to, on their way to where files go. */
export class GitContents {
  readonly objects: PackObjects;
  readonly #tools: GitTools;
  readonly #names: TreeNames;
  readonly #bases: HeldBases;
  /** Deltas whose base was not read yet, by its id or, behind a `@`, its number. */
  readonly #waiting = new Map<string, number[]>();
  #waitingCount = 0;
  /** The limit of the layer's file that was met: nothing more is read. */
  stop: Stop = null;

  constructor(tools: GitTools) {
    this.#tools = tools;
    this.objects = new PackObjects(tools.idBytes);
    this.#names = new TreeNames(tools.idBytes);
    this.#bases = new HeldBases(tools.archive.budget.bases);
  }

  /** What is called so has no id, or none that is known: git-verify-pack(1) lists objects with their offsets. */
  labelOf(number: number, kind: PackEntry['kind']): string {
    return `${kind}@${this.objects.offsetOf(number)}`;
  }

  /** An entry that was unpacked whole. */
  add(number: number, { kind, sizeBytes, base }: PackEntry, content: Uint8Array): void {
    const damage = content.length === sizeBytes ? null : 'size-lies';
    if (kind !== 'delta') this.#write(number, kind, content, damage);
    else if (damage || base === null) this.part(number, kind, content, damage ?? 'corrupt');
    else this.#addDelta(number, base, content);
  }

  /** An object that cannot be had; what there is of it, or of the delta that would make it, is read as it is. */
  part(number: number, kind: PackEntry['kind'], content: Uint8Array, fault: GapReason): void {
    this.objects.fail(number, fault);
    this.#pass(this.labelOf(number, kind), content, fault);
  }

  /** No more entries follow: deltas that stood before their bases are made, and those without one are told. */
  finish(): void {
    const ready: number[] = [];
    for (const key of this.#waiting.keys()) {
      const base = key.startsWith('@') ? Number(key.slice(1)) : this.objects.withId(key);
      if (base >= 0 && (this.objects.kindOf(base) ?? this.objects.faultOf(base))) this.#release(key, base, ready);
    }
    for (let number = ready.pop(); number !== undefined && !this.stop; number = ready.pop()) {
      const delta = this.#unpackAgain(number);
      if (typeof delta === 'string') this.part(number, 'delta', new Uint8Array(0), delta);
      else this.#make(number, delta);
      this.#release(`@${number}`, number, ready);
      this.#release(this.objects.idOf(number), number, ready);
    }
    for (const number of [...this.#waiting.values()].flat()) {
      if (this.stop) return;
      const delta = this.#unpackAgain(number);
      this.part(number, 'delta', typeof delta === 'string' ? new Uint8Array(0) : delta, 'corrupt');
    }
  }

  drop(): void {
    this.#bases.drop();
  }

  #release(key: string, base: number, ready: number[]): void {
    for (const number of this.#waiting.get(key) ?? []) {
      this.objects.derive(number, base);
      ready.push(number);
    }
    this.#waiting.delete(key);
  }

  #addDelta(number: number, base: number | string, delta: Uint8Array): void {
    const { objects } = this;
    const found = typeof base === 'string' ? objects.withId(base) : objects.at(objects.offsetOf(number) - base);
    if (found < 0 && typeof base === 'number') return this.part(number, 'delta', delta, 'corrupt');
    if (found >= 0 && (objects.kindOf(found) ?? objects.faultOf(found))) {
      objects.derive(number, found);
      return this.#make(number, delta);
    }
    if (this.#waitingCount >= this.#tools.archive.limits.gitWaitingMax) return this.part(number, 'delta', delta, 'limit-entries');
    this.#waitingCount++;
    const key = found < 0 ? String(base) : `@${found}`;
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.push(number);
    else this.#waiting.set(key, [number]);
  }

  #make(number: number, delta: Uint8Array): void {
    const base = this.objects.baseOf(number);
    const isDeep = this.objects.depthOf(number) > this.#tools.archive.limits.gitChainMax;
    const fault = isDeep ? 'limit-depth' : this.objects.faultOf(base);
    const content = fault ?? this.#apply(this.#contentOf(base), delta);
    const kind = this.objects.kindOf(base);
    if (typeof content === 'string' || !kind) this.part(number, 'delta', delta, typeof content === 'string' ? content : 'corrupt');
    else this.#write(number, kind, content, null);
  }

  /** The content of an object that was read before: what is held, or made again from what is. */
  #contentOf(number: number): Uint8Array | GapReason {
    const chain: number[] = [];
    let content: Uint8Array | GapReason | null = null;
    // Each object was made before, so the chain has an end, and the length the limit allows.
    for (let at = number; !content && at >= 0; at = this.objects.baseOf(at)) {
      content = this.#bases.get(at);
      if (!content) chain.push(at);
    }
    for (let at = chain.pop(); at !== undefined && typeof content !== 'string'; at = chain.pop()) {
      const unpacked = this.#unpackAgain(at);
      content = content && typeof unpacked !== 'string' ? this.#apply(content, unpacked) : unpacked;
      if (typeof content === 'string') continue;
      this.#bases.add(at, content);
      content = this.#count(content.length) ?? content;
    }
    return content ?? 'corrupt';
  }

  #apply(base: Uint8Array | GapReason, delta: Uint8Array): Uint8Array | GapReason {
    if (typeof base === 'string') return base;
    return this.#count(delta.length) ?? applyDelta(base, delta, this.#tools.archive.limits.gitObjectBytesMax);
  }

  #unpackAgain(number: number): Uint8Array | GapReason {
    const { unpacker, held } = this.#tools;
    unpacker.beginDeflated();
    for (let at = this.objects.dataOf(number); ; ) {
      const bytes = held.at(at);
      if (bytes.length === 0) return 'limit-bytes';
      const { consumed, state } = unpacker.writeDeflated(bytes);
      at += consumed;
      if (state === 'ended') return unpacker.content();
      if (state !== 'hungry') return state;
    }
  }

  /** Work that gives no file's content counts as if it did. */
  #count(bytes: number): Stop {
    const limit = this.#tools.archive.budget.take(bytes);
    this.stop ??= limit;
    return limit;
  }

  #write(number: number, kind: ObjectKind, content: Uint8Array, damage: Stop): void {
    const id = createHash(this.#tools.format).update(`${kind} ${content.length}\0`).update(content).digest();
    this.objects.settle(number, kind, id);
    this.#bases.add(number, content);
    if (kind === 'tree') this.#names.addTree(id, content);
    const path = kind === 'blob' ? this.#names.pathOf(id) : '';
    this.#pass(path === '' ? id.toString('hex') : `${id.toString('hex')}/${path}`, content, damage);
  }

  #pass(name: string, content: Uint8Array, damage: Stop): void {
    const { files } = this.#tools;
    files.begin(name, content.length);
    const limit = files.write(content);
    files.end(limit ?? damage);
    this.stop ??= limit;
  }
}
