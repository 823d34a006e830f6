import { readFileSync } from 'node:fs';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { PATH_AT, PATH_BYTES } from './layout.ts';

/** Where pass 1 shall look, in addresses. The finder leaves the place for its next call behind (PassMemory.nextRun and so on). */
interface FindRequest {
  /** The lowest address that holds bytes of the file at work. */
  readonly lowest: number;
  readonly runFrom: number;
  /** `runFrom` lies inside a run that an earlier call looked into. */
  readonly inRun: boolean;
  readonly literalFrom: number;
  readonly end: number;
  /** The file ends at `end`. */
  readonly last: boolean;
  /** Where the records go: u32 address, u32 kind << 30 | id << 16 | length. */
  readonly out: number;
}

/** What a call of the finder left behind: how many records, and where the next one starts. */
interface FindAnswer {
  readonly count: number;
  readonly nextRun: number;
  readonly nextInRun: boolean;
  readonly nextLiteral: number;
}

/** How far one call of the inflate came; the statuses are wasm/inflate.ts's. */
interface InflateAnswer {
  readonly status: number;
  readonly input: number;
  readonly output: number;
}

/** The WebAssembly memory of one worker and the verbs that run over it. Addresses are byte offsets into `bytes`. */
export interface PassMemory {
  /** The whole memory. It never grows, so the view stays valid. */
  readonly bytes: Uint8Array;
  /** The same memory as 32-bit words. */
  readonly words: Uint32Array;
  /** SipHash-2-4 of the bytes at [at, at + length) under the key (k0, k1: its little-endian 64-bit halves), as an unsigned number. */
  pathHash(at: number, length: number, k0: bigint, k1: bigint): bigint;
  /** The same for bytes outside the memory: at most PATH_BYTES, which are copied in first. */
  pathHashOf(path: Uint8Array, k0: bigint, k1: bigint): bigint;
  /** Pass 1 of detection over at most SLICE_BYTES and what the call before left open. */
  find(request: FindRequest): FindAnswer;
  /** Line feeds in [from, to), and the address after the last one (0 when there is none). */
  countLines(from: number, to: number): { readonly lines: number; readonly lastLineStart: number };
  /** The inflate's two verbs; `Inflater` is their face. */
  inflateReset(): void;
  inflate(input: number, inputEnd: number, output: number, outputEnd: number, history: number): InflateAnswer;
}

interface PassExports {
  readonly memory: WebAssembly.Memory;
  pathHash(at: number, length: number, k0: bigint, k1: bigint): bigint;
  find(lowest: number, runFrom: number, inRun: number, literalFrom: number, end: number, last: number, out: number): number;
  readonly nextRun: WebAssembly.Global;
  readonly nextInRun: WebAssembly.Global;
  readonly nextLiteral: WebAssembly.Global;
  countLines(from: number, to: number): number;
  readonly lastLineStart: WebAssembly.Global;
  inflateReset(): void;
  inflate(input: number, inputEnd: number, output: number, outputEnd: number, history: number): number;
  readonly inflateInput: WebAssembly.Global;
  readonly inflateOutput: WebAssembly.Global;
}

let compiled: WebAssembly.Module | undefined;

/** Both src/memory and dist/memory lie two folders below the workspace, where `npm run build` puts the module. */
function passModule(): WebAssembly.Module {
  const from = new URL('../../build/layer-pass.wasm', import.meta.url);
  try {
    compiled ??= new WebAssembly.Module(readFileSync(from));
  } catch (cause) {
    throw new TidewaiterError('internal', {
      which: from.pathname,
      want: 'the built WebAssembly module',
      remedy: 'Run `npm run build`.',
      cause,
    });
  }
  return compiled;
}

/** Instantiates the module with a memory of its own: one for each worker. */
export function createPassMemory(): PassMemory {
  const { exports } = new WebAssembly.Instance<PassExports>(passModule(), { env: { abort } });
  const bytes = new Uint8Array(exports.memory.buffer);
  const pathHash = (at: number, length: number, k0: bigint, k1: bigint): bigint => BigInt.asUintN(64, exports.pathHash(at, length, k0, k1));
  return {
    bytes,
    words: new Uint32Array(exports.memory.buffer),
    pathHash,
    pathHashOf(path, k0, k1) {
      if (path.length > PATH_BYTES) throw new RangeError(`path of ${path.length} bytes, at most ${PATH_BYTES}`);
      bytes.set(path, PATH_AT);
      return pathHash(PATH_AT, path.length, k0, k1);
    },
    find({ lowest, runFrom, inRun, literalFrom, end, last, out }) {
      const count = exports.find(lowest, runFrom, Number(inRun), literalFrom, end, Number(last), out);
      const { nextRun, nextInRun, nextLiteral } = exports;
      return { count, nextRun: nextRun.value, nextInRun: nextInRun.value === 1, nextLiteral: nextLiteral.value };
    },
    countLines: (from, to) => ({ lines: exports.countLines(from, to), lastLineStart: exports.lastLineStart.value }),
    inflateReset: () => exports.inflateReset(),
    inflate(input, inputEnd, output, outputEnd, history) {
      const status = exports.inflate(input, inputEnd, output, outputEnd, history);
      return { status, input: exports.inflateInput.value, output: exports.inflateOutput.value };
    },
  };
}

function abort(): never {
  throw new TidewaiterError('internal', { which: 'the WebAssembly module gave up' });
}
