import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Answer, networkErrorOf } from '../network/network.ts';

/** A whole body of at most `bytesMax`; null past it. @throws registry.unreachable when it is cut, cancelled. */
export async function readBody(answer: Answer, bytesMax: number, which: string, signal: AbortSignal): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      if (bytes > bytesMax) return null; // leaving the loop cuts the connection
      parts.push(chunk);
    }
  } catch (error) {
    throw networkErrorOf(error, which, signal);
  }
  return Buffer.concat(parts);
}

/** A JSON object of at most `bytesMax`. @throws registry.answer-invalid, and as readBody. */
export async function readObject(
  answer: Answer,
  bytesMax: number,
  which: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  return objectOf(await readBody(answer, bytesMax, which, signal), which);
}

/** @throws registry.answer-invalid for what is no JSON object, and for null, which stands for too much. */
export function objectOf(bytes: Buffer | null, which: string): Readonly<Record<string, unknown>> {
  const value = bytes === null ? null : parsed(bytes.toString('utf8'));
  if (isObject(value)) return value;
  throw new TidewaiterError('registry.answer-invalid', {
    which,
    got: bytes === null ? 'too much' : 'something else',
    want: 'a JSON object',
  });
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
