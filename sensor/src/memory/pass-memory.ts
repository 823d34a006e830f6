import { readFileSync } from 'node:fs';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { PATH_AT, PATH_BYTES } from './layout.ts';

/** The WebAssembly memory of one worker and the verbs that run over it. Addresses are byte offsets into `bytes`. */
export interface PassMemory {
  /** The whole memory. It never grows, so the view stays valid. */
  readonly bytes: Uint8Array;
  /** SipHash-2-4 of the bytes at [at, at + length) under the key (k0, k1: its little-endian 64-bit halves), as an unsigned number. */
  pathHash(at: number, length: number, k0: bigint, k1: bigint): bigint;
  /** The same for bytes outside the memory: at most PATH_BYTES, which are copied in first. */
  pathHashOf(path: Uint8Array, k0: bigint, k1: bigint): bigint;
}

interface PassExports {
  readonly memory: WebAssembly.Memory;
  pathHash(at: number, length: number, k0: bigint, k1: bigint): bigint;
}

let compiled: WebAssembly.Module | undefined;

/** Both src/memory and dist/memory lie two folders below the workspace, where `npm run build` puts the module. */
function module(): WebAssembly.Module {
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
  const { exports } = new WebAssembly.Instance<PassExports>(module(), { env: { abort } });
  const bytes = new Uint8Array(exports.memory.buffer);
  const pathHash = (at: number, length: number, k0: bigint, k1: bigint): bigint => BigInt.asUintN(64, exports.pathHash(at, length, k0, k1));
  return {
    bytes,
    pathHash,
    pathHashOf(path, k0, k1) {
      if (path.length > PATH_BYTES) throw new RangeError(`path of ${path.length} bytes, at most ${PATH_BYTES}`);
      bytes.set(path, PATH_AT);
      return pathHash(PATH_AT, path.length, k0, k1);
    },
  };
}

function abort(): never {
  throw new TidewaiterError('internal', { which: 'the WebAssembly module gave up' });
}
