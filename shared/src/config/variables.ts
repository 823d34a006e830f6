import { TidewaiterError } from '../errors/index.ts';
import { meantBy } from './spelling.ts';

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
 * @throws config.invalid for a name that is nearly one of them (the one meant would silently keep its default), and naming the variable, what it holds (never a secret's value) and what it should.
 */
export function readConfig<const V extends Variables>(variables: V, env: Readonly<Record<string, string | undefined>>): Config<V> {
  checkSpelling(Object.values(variables), env);
  const values = Object.entries(variables).map(([key, variable]) => [key, readOne(variable, env[variable.name])]);
  return Object.fromEntries(values) as Config<V>;
}

/** Names farther off are another program's. */
function checkSpelling(variables: readonly Variable<unknown>[], env: Readonly<Record<string, string | undefined>>): void {
  const known = variables.map(({ name }) => name);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('TIDEWAITER_') || !env[name] || known.includes(name)) continue;
    const want = meantBy(name, known);
    if (want === null) continue;
    throw new TidewaiterError('config.invalid', {
      which: name,
      got: 'a name that there is not',
      want,
      remedy: `Rename it to ${want}, or unset it.`,
    });
  }
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
