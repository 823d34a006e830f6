import { type TSchema, Type } from 'typebox';
import { named, nullable, ref } from './schema.ts';

export const ProblemSchema = named(
  'Problem',
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'One of the closed list in docs/errors.md; clients switch on it.' }),
    detail: Type.String(),
    remedy: nullable(Type.String()),
    retryable: Type.Boolean({ description: 'The same request may work later.' }),
  },
  'RFC 9457 problem details, sent as application/problem+json.',
);

/** The responses of a route: its own and the problems any route may answer. */
export function answers<T extends Readonly<Record<number, TSchema>>>(own: T) {
  const problem = { description: 'A problem', content: { 'application/problem+json': { schema: ref(ProblemSchema) } } };
  return { ...own, '4xx': problem, '5xx': problem };
}
