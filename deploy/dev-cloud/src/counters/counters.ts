/** What was served of one blob by the pre-signed origin. */
export interface BlobCount {
  /** Downloads begun, ranges among them. */
  readonly requests: number;
  /** Answers that held the whole blob and were sent to their last byte. */
  readonly complete: number;
  readonly bytes: number;
}

/** One call, without its credentials. */
export interface CloudRequest {
  readonly at: number;
  readonly service: 'sts' | 'ecr' | 's3' | 'registry' | 'imds' | 'container-credentials';
  readonly operation: string;
  /** `200`, or the error code. */
  readonly outcome: string;
  readonly principal?: string | undefined;
  readonly repository?: string | undefined;
  readonly digest?: string | undefined;
}

/** Counts since the start or the last reset; blobs by digest. */
export interface CountersSnapshot {
  readonly blobs: Readonly<Record<string, BlobCount>>;
  /** Calls by `service:operation`. */
  readonly operations: Readonly<Record<string, number>>;
}

/** A long test makes some thousand calls; older ones are dropped beyond this. */
const requestsMax = 20_000;

/** Counts what the cloud served, and keeps a log of the calls. */
export class Counters {
  #blobs = new Map<string, { requests: number; complete: number; bytes: number }>();
  #operations = new Map<string, number>();
  #requests: CloudRequest[] = [];

  call(request: CloudRequest): void {
    const name = `${request.service}:${request.operation}`;
    this.#operations.set(name, (this.#operations.get(name) ?? 0) + 1);
    this.#requests.push(request);
    if (this.#requests.length > requestsMax) this.#requests.shift();
  }

  downloadBegun(digest: string): void {
    this.#count(digest).requests += 1;
  }

  /** Counted before the bytes leave, so that whoever has received them finds them counted. */
  downloadSending(digest: string, bytes: number, completes: boolean): void {
    const count = this.#count(digest);
    count.bytes += bytes;
    count.complete += Number(completes);
  }

  #count(digest: string): { requests: number; complete: number; bytes: number } {
    const count = this.#blobs.get(digest) ?? { requests: 0, complete: 0, bytes: 0 };
    this.#blobs.set(digest, count);
    return count;
  }

  snapshot(): CountersSnapshot {
    const blobs = [...this.#blobs].map(([digest, count]) => [digest, { ...count }] as const);
    return { blobs: Object.fromEntries(blobs), operations: Object.fromEntries(this.#operations) };
  }

  requests(): readonly CloudRequest[] {
    return [...this.#requests];
  }

  reset(): void {
    this.#blobs = new Map();
    this.#operations = new Map();
    this.#requests = [];
  }
}
