/**
 * The map of the one WebAssembly memory a worker has. Everything a layer's pass touches lies here, so that nothing is copied
 * between inflate, hash, tar walk and finder. The module's static data is placed above 64 KiB (--memoryBase in build-wasm.mjs).
 */
/** Compressed input, for an inflate that runs inside the memory. */
export const INPUT_BYTES = 1 << 18;
export const INPUT_AT = 1 << 18;
/**
 * The content block: inflated bytes are written to [BLOCK_AT, BLOCK_AT + BLOCK_BYTES). The CARRY_BYTES before it hold the end of the
 * block before, so a finding that straddles two blocks lies in one piece.
 */
export const BLOCK_BYTES = 1 << 18;
/** Deflate's window, and longer than the longest secret we read whole (a 16,384-bit RSA key in PEM is 12.7 KB). */
export const CARRY_BYTES = 1 << 15;
export const BLOCK_AT = INPUT_AT + INPUT_BYTES + (1 << 16) + CARRY_BYTES;
/** Room behind the block that a vector read may touch. */
export const SLACK_BYTES = 1 << 12;
/** Where the finder writes what it found. */
export const CANDIDATES_AT = 1 << 21;
