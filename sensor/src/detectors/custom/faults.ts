/** A mapping of the file: its members, each with its line. */
export interface Fields {
  readonly line: number;
  readonly entries: ReadonlyMap<string, { readonly value: unknown; readonly line: number }>;
}

/** Faults told in one message; a file with more is of another kind. */
const FAULTS_MAX = 50;

/** All that is wrong with a file, in its order. What is told of a value is cut: it may be long, and an example holds a secret's form. */
export class Faults {
  readonly #all: string[] = [];

  get all(): readonly string[] {
    return this.#all;
  }

  add(line: number, field: string, got: string, want: string): void {
    if (this.#all.length < FAULTS_MAX) this.#all.push(`line ${line}, ${field}: got ${got.slice(0, 200)}, want ${want}`);
  }
}
