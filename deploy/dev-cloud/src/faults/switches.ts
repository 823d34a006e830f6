import { SetupError } from '../http/index.ts';

/**
 * What can be made to go wrong:
 * - `slow`: a layer download (and, with `delayMs`, an API answer) takes its time;
 * - `cut`: the connection of a layer download breaks after `afterBytes` bytes of its body;
 * - `wrongDigest`: one byte in the middle of a layer is flipped on its way out;
 * - `expiredUrl`: GetDownloadUrlForLayer gives out a URL whose time is over;
 * - `throttle`: an API call is refused with ThrottlingException; a layer download with S3's SlowDown;
 * - `serverError`: an API call is refused with ServerException;
 * - `error`: an API call is refused with `code`, `status` (400) and `message`, for the errors that nothing else here brings about;
 * - `imageFailure`: BatchGetImage puts an image among its failures, with `code` (`KmsError`, `UpstreamUnavailable`, …);
 * - `lostEvent`, `lateEvent` (by `delayMs`), `doubledEvent`: EventBridge gives no better promise than "best effort".
 */
export const faultKinds = [
  'slow',
  'cut',
  'wrongDigest',
  'expiredUrl',
  'throttle',
  'serverError',
  'error',
  'imageFailure',
  'lostEvent',
  'lateEvent',
  'doubledEvent',
] as const;
type FaultKind = (typeof faultKinds)[number];

/** A fault to be set. Left-out filters match everything; left-out `count` lasts until it is cleared. */
export interface FaultSetup {
  readonly kind: FaultKind;
  readonly repository?: string | undefined;
  readonly digest?: string | undefined;
  /** API operation (`DescribeImages`), for `slow`, `throttle` and `serverError`. */
  readonly operation?: string | undefined;
  readonly count?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly afterBytes?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly code?: string | undefined;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
}

/** A fault that is set; `id` is what clears it. */
export interface Fault extends FaultSetup {
  readonly id: string;
}

/** What a fault is asked about. */
export interface FaultSubject {
  readonly repository?: string | undefined;
  readonly digest?: string | undefined;
  readonly operation?: string | undefined;
}

/** The faults that are set; each use of one counts it down. */
export class FaultSwitches {
  readonly #faults = new Map<string, { readonly fault: Fault; left: number }>();
  #nextId = 1;

  set(setup: FaultSetup): Fault {
    if (!faultKinds.includes(setup.kind)) throw new SetupError(`unknown fault ${setup.kind}; known are ${faultKinds.join(', ')}`);
    if (setup.kind === 'cut' && setup.afterBytes === undefined) throw new SetupError('the fault cut needs afterBytes');
    if (setup.kind === 'lateEvent' && setup.delayMs === undefined) throw new SetupError('the fault lateEvent needs delayMs');
    if ((setup.kind === 'error' || setup.kind === 'imageFailure') && setup.code === undefined)
      throw new SetupError(`the fault ${setup.kind} needs code`);
    // A rate is about a body: it is a download's, so that no API call uses it up.
    const operation = setup.bytesPerSecond === undefined ? setup.operation : 'GetObject';
    const fault = { ...setup, operation, id: String(this.#nextId++) };
    this.#faults.set(fault.id, { fault, left: setup.count ?? Number.POSITIVE_INFINITY });
    return fault;
  }

  /** The first fault of a kind that fits, counted down; undefined if none is set. */
  take(kind: FaultKind, subject: FaultSubject): Fault | undefined {
    for (const entry of this.#faults.values()) {
      if (entry.fault.kind !== kind || !fits(entry.fault, subject)) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.#faults.delete(entry.fault.id);
      return entry.fault;
    }
    return undefined;
  }

  list(): readonly Fault[] {
    return [...this.#faults.values()].map((entry) => entry.fault);
  }

  /** Clears one fault, or all. */
  clear(id?: string): void {
    if (id === undefined) this.#faults.clear();
    else this.#faults.delete(id);
  }
}

function fits(fault: Fault, subject: FaultSubject): boolean {
  return (['repository', 'digest', 'operation'] as const).every((name) => fault[name] === undefined || fault[name] === subject[name]);
}
