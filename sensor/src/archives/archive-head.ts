/** A tar is known by its first header (POSIX pax interchange format, ustar): "ustar" at 257. Every tool that saves images writes it. */
export const isTarHead = (head: Uint8Array): boolean => Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar';

/** One tar header block: enough to know a tar by, and every compression. */
export const HEAD_BYTES = 512;

interface Begun {
  /** The first bytes, fewer only where there are no more. */
  readonly head: Uint8Array;
  /** All of them, the first ones too. */
  readonly whole: AsyncIterable<Uint8Array>;
}

/** Looks at the first bytes of what comes. The input is closed when `whole` is left. */
export async function beginOf(input: AsyncIterable<Uint8Array>, bytes: number, signal: AbortSignal): Promise<Begun> {
  const chunks = input[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < bytes) {
    const { done, value } = await chunks.next();
    if (done) break;
    // Copied: its giver may take it back for the next one.
    head = Buffer.concat([head, value]);
  }
  async function* whole(): AsyncIterable<Uint8Array> {
    try {
      yield head;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
        signal.throwIfAborted();
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }
  return { head: head.subarray(0, bytes), whole: whole() };
}
