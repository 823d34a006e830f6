/** An answer the real service would refuse with: its code, HTTP status and message, in the wording the caller's parser sees. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Members of the error's shape besides its message (ECR's `LimitExceededException` has none, `UploadNotFound…` has some). */
  readonly fields: Readonly<Record<string, string>>;

  constructor(code: string, status: number, message: string, fields: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** A mistake of whoever set the cloud up (the demo, a test): no AWS service would ever answer with it. */
export class SetupError extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.name = 'SetupError';
    this.status = status;
  }
}
