import { TidewaiterError } from '../errors/index.ts';

/** Gathers what is wrong with a configuration, so that all of it is named at once and not one restart after the other. */
export class Faults {
  readonly #found: TidewaiterError[] = [];

  /** Runs one check; false when it found something. What is not ours is thrown on. */
  attempt(check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      if (!(error instanceof TidewaiterError)) throw error;
      this.#found.push(error);
      return false;
    }
  }

  /** @throws the one that was found, or one error that names all. */
  throwIfAny(): void {
    const [first, ...more] = this.#found;
    if (first) throw more.length === 0 ? first : together(this.#found);
  }
}

function together(found: readonly TidewaiterError[]): TidewaiterError {
  const code = found.every((fault) => fault.code === 'config.conflict') ? 'config.conflict' : 'config.invalid';
  return new TidewaiterError(code, {
    which: found.map(({ facts }) => facts.which).join(', '),
    got: `${found.length} faults`,
    want: 'none',
    remedy: found.map(({ facts }, at) => `(${at + 1}) ${sentenceOf(facts)}`).join(' '),
    cause: new AggregateError(found),
  });
}

function sentenceOf({ which, got, want, remedy }: TidewaiterError['facts']): string {
  const compared = [got === undefined ? '' : `got ${got}`, want === undefined ? '' : `want ${want}`].filter(Boolean).join(', ');
  return [`${which}: ${compared}.`, remedy ?? ''].filter(Boolean).join(' ');
}
