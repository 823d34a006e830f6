import { isRecord, SetupError } from '../http/index.ts';

/** The JSON body of an admin verb. A member that the verb does not know is refused, so that a typing error is seen at once. */
export class Body {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(members: Readonly<Record<string, unknown>>, known: readonly string[]) {
    const unknown = Object.keys(members).find((name) => !known.includes(name));
    if (unknown !== undefined) throw new SetupError(`unknown member ${unknown}; known are ${known.join(', ')}`);
    this.#members = members;
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw new SetupError(`${name} is missing`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#members[name];
    if (value === undefined || typeof value === 'string') return value;
    throw new SetupError(`${name} must be a string`);
  }

  optionalNumber(name: string): number | undefined {
    const value = this.#members[name];
    if (value === undefined || typeof value === 'number') return value;
    throw new SetupError(`${name} must be a number`);
  }

  optionalTexts(name: string): readonly string[] | undefined {
    const value = this.optionalList(name);
    if (value === undefined || value.every((item) => typeof item === 'string')) return value;
    throw new SetupError(`${name} must be a list of strings`);
  }

  optionalList(name: string): readonly unknown[] | undefined {
    const value = this.#members[name];
    if (value === undefined || Array.isArray(value)) return value;
    throw new SetupError(`${name} must be a list`);
  }

  optionalNumbers(name: string): readonly number[] | undefined {
    const value = this.optionalList(name);
    if (value === undefined || value.every((item) => typeof item === 'number')) return value;
    throw new SetupError(`${name} must be a list of numbers`);
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const given = this.text(name);
    const known = values.find((value) => value === given);
    if (known === undefined) throw new SetupError(`${name} must be one of ${values.join(', ')}, got ${given}`);
    return known;
  }

  /** A nested object, with its own known members; undefined if absent. */
  optionalObject(name: string, known: readonly string[]): Body | undefined {
    const value = this.#members[name];
    if (value === undefined) return undefined;
    if (!isRecord(value)) throw new SetupError(`${name} must be an object`);
    return new Body(value, known);
  }

  /** An object of any members. */
  record(name: string): Readonly<Record<string, unknown>> {
    const value = this.#members[name];
    if (isRecord(value)) return value;
    throw new SetupError(`${name} must be an object`);
  }

  any(name: string): unknown {
    return this.#members[name];
  }
}
