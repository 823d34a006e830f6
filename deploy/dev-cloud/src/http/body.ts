import type { IncomingMessage } from 'node:http';
import { AwsError } from './aws-error.ts';

/** Reads a whole body of at most `bytesMax` bytes. What is above is read too, but not kept, so that the refusal reaches its sender. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= bytesMax) parts.push(part);
    else parts.length = 0;
  }
  if (length > bytesMax) throw new AwsError('RequestEntityTooLarge', 413, `a body of more than ${bytesMax} bytes`);
  return Buffer.concat(parts, length);
}
