/** A mapping of the file: its members, each with its line. */
export interface Fields {
  readonly line: number;
  readonly entries: ReadonlyMap<string, { readonly value: unknown; readonly line: number }>;
}

/** Faults told in one message; a file with more is of another kind, and the rest are a count. */
const FAULTS_MAX = 50;
/** Of a value that is told: enough to know it by. */
const GOT_CHARACTERS_MAX = 200;

/** All that is wrong with a file, in its order. What is told of a value is cut: it may be long, and an example holds a secret's form. */
export class Faults {
  readonly #told: string[] = [];
  #count = 0;

  /** All of them, those that are not told one by one among them. */
  get count(): number {
    return this.#count;
  }

  get text(): string {
    const more = this.#count - this.#told.length;
    return `${this.#count} faults: ${this.#told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
  }

  add(line: number, field: string, got: string, want: string): void {
    this.#count++;
    if (this.#told.length < FAULTS_MAX) this.#told.push(`line ${line}, ${field}: got ${got.slice(0, GOT_CHARACTERS_MAX)}, want ${want}`);
  }
}
