import { type ErrorCode, TidewaiterError } from '@tidewaiter/shared/errors';
import type { Answer } from '../network/network.ts';
import { retryAfterMsOf } from '../network/resume.ts';
import { isObject, readObject } from './body.ts';
import { ANSWER_BYTES_MAX, MESSAGE_CHARS_MAX } from './limits.ts';

/** An answer that is not what was asked for, as our error, with the registry's own words. Reads the body. */
export async function refusalOf(answer: Answer, which: string, signal: AbortSignal): Promise<TidewaiterError> {
  const words = await readObject(answer, ANSWER_BYTES_MAX, which, signal).then(wordsOf, () => '');
  return new TidewaiterError(codeOf(answer.status), {
    which,
    got: `status ${answer.status}${words === '' ? '' : `: ${words}`}`.slice(0, MESSAGE_CHARS_MAX),
    remedy: remedyOf(answer.status),
    retryAfterMs: retryAfterMsOf(answer),
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'registry.denied';
  if (status === 404) return 'image.gone';
  if (status === 429) return 'registry.throttled';
  return status >= 500 ? 'registry.unreachable' : 'registry.answer-invalid';
}

function remedyOf(status: number): string | undefined {
  if (status === 401) return 'Give a user name and password that may pull this repository.';
  return status === 403 ? 'Let this user pull the repository.' : undefined;
}

/** `{"errors": [{"code", "message"}]}` (OCI distribution-spec, "Error Codes"). */
function wordsOf(body: Readonly<Record<string, unknown>>): string {
  const errors: readonly unknown[] = Array.isArray(body['errors']) ? body['errors'] : [];
  const words = errors.filter(isObject).flatMap(({ code, message }) => [code, message].filter((part) => typeof part === 'string'));
  return words.join(' ');
}
