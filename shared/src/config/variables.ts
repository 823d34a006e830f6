import { TidewaiterError } from '../errors/index.ts';

/**
 * One environment variable: everything the README's table says of it, and how its text becomes a value.
 * `parse` throws an Error whose message says what would be valid.
 */
export interface Variable<T> {
  readonly name: string;
  readonly type: string;
  readonly unit?: string;
  /** As the README prints it; `null` when there is none. */
  readonly fallbackText: string | null;
  readonly meaning: string;
  readonly secret?: boolean;
  readonly parse: (text: string) => T;
  /** The value when the variable is unset or empty; absent when it is required. */
  readonly fallback?: () => T;
}

export type Variables = Readonly<Record<string, Variable<unknown>>>;

export type Config<V extends Variables> = { readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/**
 * Reads every variable of `variables` from `env`.
 * @throws config.invalid naming the variable, what it holds (never a secret's value) and what it should.
 */
export function readConfig<const V extends Variables>(variables: V, env: Readonly<Record<string, string | undefined>>): Config<V> {
  const values = Object.entries(variables).map(([key, variable]) => [key, readOne(variable, env[variable.name])]);
  return Object.fromEntries(values) as Config<V>;
}

function readOne(variable: Variable<unknown>, text: string | undefined): unknown {
  if (text === undefined || text === '') {
    if (variable.fallback) return variable.fallback();
    throw new TidewaiterError('config.invalid', {
      which: variable.name,
      got: 'nothing',
      want: variable.type,
      remedy: `Set ${variable.name}: ${variable.meaning}`,
    });
  }
  try {
    return variable.parse(text);
  } catch (cause) {
    const want = cause instanceof Error ? cause.message : variable.type;
    const got = variable.secret ? 'a value that is not shown' : JSON.stringify(text);
    throw new TidewaiterError('config.invalid', { which: variable.name, got, want, remedy: `Correct or unset ${variable.name}.`, cause });
  }
}
