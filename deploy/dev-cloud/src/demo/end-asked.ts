import { watchStarter } from './starter.ts';

/** As a shell tells a death by signal: 128 and its number. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Somebody asked the demo to end before it was over. */
export class EndAsked extends Error {
  readonly exitCode: number;

  constructor(asker: string, exitCode: number) {
    super(`asked by ${asker}`);
    this.exitCode = exitCode;
  }
}

/**
 * Aborted by an `EndAsked` at the first signal that ends a program, or when npm, which started it, is gone. Later signals change nothing: npm passes
 * Ctrl-C on to a program that the terminal has told already, and the second one must not cut the end short.
 */
export function endAsked(): AbortSignal {
  const asked = new AbortController();
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) process.on(signal, () => asked.abort(new EndAsked(signal, exitCode)));
  watchStarter(() => asked.abort(new EndAsked('the end of npm', EXIT_CODES.SIGHUP)));
  return asked.signal;
}
