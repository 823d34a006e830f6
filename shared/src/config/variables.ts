import { TidewaiterError } from '../errors/index.ts';
import { Faults } from './faults.ts';
import { meantBy } from './spelling.ts';
import { shownText } from './values.ts';

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

/** The variables of a program, by the name that its code has for each. */
export type Variables = Readonly<Record<string, Variable<unknown>>>;

/** Their values, under the same names. */
export type Config<V extends Variables> = { readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/** What variables say of each other. It is left out where one of `of` cannot be read: that is named already. */
export interface Check<V extends Variables> {
  readonly of: readonly (keyof V)[];
  /** @throws config.invalid, config.conflict. */
  readonly run: (config: Config<V>) => void;
}

/**
 * Reads every variable of `variables` from `env`, and runs `checks` on them.
 * @throws config.invalid, config.conflict naming all that is wrong at once: the variable, what it holds (never a secret's value), what it
 * should, and the remedy. A name that is nearly one of them is wrong, too: the one meant would silently keep its default.
 */
export function readConfig<const V extends Variables>(
  variables: V,
  env: Readonly<Record<string, string | undefined>>,
  checks: readonly Check<V>[] = [],
): Config<V> {
  const faults = new Faults();
  for (const name of Object.keys(env)) faults.attempt(() => checkSpelling(variables, name, env[name]));
  const values: Record<string, unknown> = {};
  for (const [key, variable] of Object.entries(variables))
    faults.attempt(() => {
      values[key] = readOne(variable, env[variable.name]);
    });
  const config = values as Config<V>;
  for (const { of, run } of checks) if (of.every((key) => key in values)) faults.attempt(() => run(config));
  faults.throwIfAny();
  return config;
}

/** Names farther off are another program's. */
function checkSpelling(variables: Variables, name: string, text: string | undefined): void {
  const known = Object.values(variables).map((variable) => variable.name);
  if (!name.startsWith('TIDEWAITER_') || !text || known.includes(name)) return;
  const want = meantBy(name, known);
  if (want === null) return;
  throw new TidewaiterError('config.invalid', {
    which: name,
    got: 'a name that there is not',
    want,
    remedy: `Rename it to ${want}, or unset it.`,
  });
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
    const got = variable.secret ? 'a value that is not shown' : shownText(text);
    throw new TidewaiterError('config.invalid', { which: variable.name, got, want, remedy: `Correct or unset ${variable.name}.`, cause });
  }
}
