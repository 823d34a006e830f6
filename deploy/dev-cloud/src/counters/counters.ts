/** What was served of one blob by the pre-signed origin. */
export interface BlobCount {
  /** Downloads begun, ranges among them. */
  readonly requests: number;
  /** Answers whose whole body, from the first byte to the last of the blob, was sent. */
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

  download(digest: string, bytes: number, complete: boolean): void {
    const count = this.#blobs.get(digest) ?? { requests: 0, complete: 0, bytes: 0 };
    this.#blobs.set(digest, { requests: count.requests + 1, complete: count.complete + Number(complete), bytes: count.bytes + bytes });
  }

  snapshot(): CountersSnapshot {
    return { blobs: Object.fromEntries(this.#blobs), operations: Object.fromEntries(this.#operations) };
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
