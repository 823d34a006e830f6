/** Time in ms since 1970; every part of the cloud asks here, so that a test can move all of them at once. */
export interface Clock {
  now(): number;
}

/** A clock that a setup verb can move: expiry and skew are then shown without waiting. */
export class MovableClock implements Clock {
  readonly #source: () => number;
  #offsetMs = 0;

  constructor(source: () => number) {
    this.#source = source;
  }

  now(): number {
    return this.#source() + this.#offsetMs;
  }

  /** Sets how far the cloud's time is ahead of (or, negative, behind) the machine's. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }
}

/** `20261124T103748Z`, the form SigV4 uses. */
export function amzDate(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** `2026-11-24T10:37:48Z`: RFC 3339 in whole seconds, as STS and EventBridge write it. */
export function isoSeconds(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d{3}/, '');
}

/** Reads SigV4's form; NaN for anything else. */
export function parseAmzDate(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
