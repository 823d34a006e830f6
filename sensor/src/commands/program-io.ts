import type { Readable, Writable } from 'node:stream';

/** What a command may touch of the process it runs in; tests give their own. */
export interface ProgramIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder for the one work file of a scan of standard input or of a compressed archive. */
  readonly workFolder: string;
  readonly cores: number;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Milliseconds that only grow. */
  now(): number;
  /** Milliseconds since 1970. */
  wallClock(): number;
  randomBytes(length: number): Uint8Array;
  exit(code: number): void;
}
