import { type Static, Type } from 'typebox';
import { problemOf } from '../errors/index.ts';
import { closed } from '../fields/index.ts';
import { FAILURE_DETAIL_CHARACTERS_MAX, FAILURE_REMEDY_CHARACTERS_MAX } from './limits.ts';

/** An error on the wire: in an `error` frame, in an outcome, beside a layer that was not read. */
export const FailureSchema = Type.Object(
  {
    code: Type.String({ maxLength: 64 }),
    detail: Type.String({ maxLength: FAILURE_DETAIL_CHARACTERS_MAX }),
    remedy: Type.Union([Type.String({ maxLength: FAILURE_REMEDY_CHARACTERS_MAX }), Type.Null()]),
    retryable: Type.Boolean(),
  },
  closed,
);
/** `code` is an ErrorCode of the sender's build: a newer one may have others. */
export type Failure = Static<typeof FailureSchema>;

/** Anything that was thrown, as a failure; what is not ours says nothing of its inside. */
export function failureOf(error: unknown): Failure {
  const { code, detail, remedy, retryable } = problemOf(error);
  return {
    code,
    detail: detail.slice(0, FAILURE_DETAIL_CHARACTERS_MAX),
    remedy: remedy?.slice(0, FAILURE_REMEDY_CHARACTERS_MAX) ?? null,
    retryable,
  };
}
