import type { Assignment } from './sample.ts';

/** A value and what a file calls it: `ATERA_API_KEY` in capitals, as the other generators name their variables. */
export class Names {
  /** The words of the variable, in lower case: `app`, `optics`, `api`, `key`. */
  readonly #words: readonly string[];
  /** How many of the words are the provider's. */
  readonly #own: number;

  constructor(variable: string) {
    this.#words = variable.toLowerCase().split('_');
    const role = this.#words.findIndex((word, at) => at > 0 && roles.has(word));
    this.#own = role < 0 ? this.#words.length : role;
  }

  #join(words: readonly string[], by: string): string {
    return words.join(by);
  }

  /** `app_optics` */
  provider(by = '_'): string {
    return this.#join(this.#words.slice(0, this.#own), by);
  }

  /** `AppOptics` */
  Provider(): string {
    return this.#words.slice(0, this.#own).map(capitalized).join('');
  }

  /** What the variable says besides the provider: `api_key`, or `token` where it says nothing. */
  role(by = '_'): string {
    return this.#join(this.#roleWords(), by);
  }

  /** `apiKey` */
  roleCamel(): string {
    return camelOf(this.#roleWords());
  }

  /** `appOpticsApiKey`, `app_optics_api_key`, `APP_OPTICS_API_KEY`, `AppOpticsApiKey` */
  camel(): string {
    return camelOf([...this.#words.slice(0, this.#own), ...this.#roleWords()]);
  }

  snake(by = '_'): string {
    return this.#join([...this.#words.slice(0, this.#own), ...this.#roleWords()], by);
  }

  upper(): string {
    return this.snake().toUpperCase();
  }

  pascal(): string {
    return capitalized(this.camel());
  }

  #roleWords(): readonly string[] {
    return this.#own === this.#words.length ? ['token'] : this.#words.slice(this.#own);
  }
}

const roles = new Set([
  'api',
  'key',
  'token',
  'secret',
  'auth',
  'access',
  'password',
  'pat',
  'client',
  'app',
  'personal',
  'bearer',
  'private',
]);
export const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const camelOf = (words: readonly string[]): string => words.map((word, at) => (at === 0 ? word : capitalized(word))).join('');

/** A file with a value under a name. */
export type Write = (names: Names, value: string) => string;

/** Each of them with an assignment's name and value. */
export function written(writes: Readonly<Record<string, Write>>): Record<string, (assignment: Assignment) => string> {
  return Object.fromEntries(
    Object.entries(writes).map(([place, write]) => [place, ({ name, value }: Assignment) => write(new Names(name), value)]),
  );
}
