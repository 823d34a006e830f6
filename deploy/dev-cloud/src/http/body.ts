import type { IncomingMessage } from 'node:http';
import { AwsError } from './aws-error.ts';

/** Reads a whole body of at most `bytesMax` bytes; a longer one is refused without reading on. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > bytesMax) throw new AwsError('RequestEntityTooLarge', 413, `a body of more than ${bytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}
