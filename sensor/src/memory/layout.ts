/**
 * The map of the one WebAssembly memory a worker has. Everything a layer's pass touches lies here, so that nothing is copied
 * between inflate, hash, tar walk and finder. The module's static data is placed above 64 KiB (--memoryBase in build-wasm.mjs).
 */
/** The inflater's state (wasm/inflate.ts): copied out and in where several streams take turns. Its scratch, 12 KiB, lies behind it. */
export const INFLATE_AT = 1 << 12;
export const INFLATE_BYTES = 11 * 1024;
/** Compressed input of a layer. */
export const INPUT_BYTES = 1 << 18;
/** Where compressed input of a layer begins. */
export const INPUT_AT = 1 << 18;
/**
 * The content block: inflated bytes are written to [BLOCK_AT, BLOCK_AT + BLOCK_BYTES). The CARRY_BYTES before it hold the end of the
 * block before, so a finding that straddles two blocks lies in one piece.
 */
export const BLOCK_BYTES = 1 << 18;
/** Deflate's window, and longer than the longest secret we read whole (a 16,384-bit RSA key in PEM is 12.7 KB). */
export const CARRY_BYTES = 1 << 15;
/** Where the content block begins. */
export const BLOCK_AT = INPUT_AT + INPUT_BYTES + (1 << 16) + CARRY_BYTES;
/** Room behind the block that a vector read may touch. */
export const SLACK_BYTES = 1 << 12;
/** Where the finder writes what it found. */
export const CANDIDATES_AT = 1 << 21;
/** The finder is called on slices of at most this many bytes, so that the list of what it found has a bound. */
export const SLICE_BYTES = 1 << 16;
/** Bytes of the candidate list: 8 for a record, and no 64 KiB can hold more records than this has room for. */
const CANDIDATES_BYTES = 1 << 20;
/** A path to be hashed; GNU and pax headers allow long ones, and a longer one is refused by the tar walk. */
export const PATH_AT = CANDIDATES_AT + CANDIDATES_BYTES;
/** The longest path that can be hashed, in bytes. */
export const PATH_BYTES = 1 << 16;
/** Text that is not layer content: a decoded secret, an environment variable, a history line. */
export const SCRATCH_AT = PATH_AT + PATH_BYTES;
/** The longest scratch text, in bytes. */
export const SCRATCH_BYTES = 1 << 16;
/** The end of the file at work, kept from one push to `end`. */
export const TAIL_AT = SCRATCH_AT + SCRATCH_BYTES + SLACK_BYTES;
/** What the finder found in the scratch text, while the list of the block is still being read. */
export const SCRATCH_CANDIDATES_AT = TAIL_AT + CARRY_BYTES + SLACK_BYTES;
/** The tables of prefixes, keywords and literals that the compiled rules write. */
export const TABLES_AT = SCRATCH_CANDIDATES_AT + CANDIDATES_BYTES;
/** Bytes of those tables. */
export const TABLES_BYTES = 1 << 18;
