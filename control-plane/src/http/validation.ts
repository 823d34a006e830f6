import type { ErrorFacts } from '@tidewaiter/shared/errors';

/** An error of the schema compiler (typebox/compile), as Fastify hands it on. */
export interface SchemaError {
  readonly keyword?: string;
  readonly schemaPath?: string;
  readonly instancePath?: string;
  readonly message?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** What a request holds that its schema does not allow, in words: `context` is the part of it that was looked at (body, querystring, params). */
export function validationFacts(errors: readonly SchemaError[], context: string): ErrorFacts {
  const { error, constants } = decisive(errors);
  const place = `${context}${error?.instancePath ?? ''}`;
  const remedy = 'The API is described at /docs.';
  switch (error?.keyword) {
    case 'required':
      return { which: `${place}/${textsOf(error, 'requiredProperties')[0] ?? ''}`, got: 'nothing', want: 'a value', remedy };
    case 'boolean':
      return { which: place, got: 'a name that there is not', want: 'only what is described', remedy };
    case 'const':
      return { which: place, want: oneOf(constants), remedy };
    case 'enum':
      return { which: place, want: oneOf(textsOf(error, 'allowedValues')), remedy };
    default:
      return { which: place, want: wantOf(error?.message ?? 'what is described'), remedy };
  }
}

interface Decisive {
  readonly error: SchemaError | undefined;
  /** What may stand there, where it is a word that tells alternatives apart. */
  readonly constants: readonly string[];
}

/**
 * Of alternatives that a word tells apart (`method`), the one of that word is meant, and its errors count; where no word is right, the words
 * are what is wanted. Anything else is told by the first error.
 */
function decisive(errors: readonly SchemaError[]): Decisive {
  const words = errors.filter(({ keyword }) => keyword === 'const');
  const misses = new Set(words.map(branchOf));
  const meant = errors.find((error) => branchOf(error) !== null && !misses.has(branchOf(error)));
  if (words.length === 0 || meant) return { error: meant ?? errors[0], constants: [] };
  return { error: words[0], constants: words.map(({ params }) => String(params?.['allowedValue'])) };
}

/** `#/properties/access/anyOf/1` of `#/properties/access/anyOf/1/properties/method`; null outside of alternatives. */
const branchOf = ({ schemaPath }: SchemaError): string | null => /^.*?\/anyOf\/\d+/.exec(schemaPath ?? '')?.[0] ?? null;

function textsOf({ params }: SchemaError, name: string): readonly string[] {
  const texts = params?.[name];
  return Array.isArray(texts) ? texts.map(String) : [];
}

const oneOf = (words: readonly string[]): string => (words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`);

/** typebox says `must be <= 60`, `must match pattern …`, `must not have more than 64 characters`. */
function wantOf(message: string): string {
  return message
    .replace(/^must match format "date-time"$/, 'a time of RFC 3339, like 2026-01-31T12:00:00Z')
    .replace(/^must match /, 'text of the ')
    .replace(/^must not have more than /, 'at most ')
    .replace(/^must not have fewer than /, 'at least ')
    .replace(/^must (be )?/, '');
}
