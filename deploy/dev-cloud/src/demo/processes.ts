import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { guard, unguard } from './guard.ts';

/** How long a program may take to say that it is ready; a cold start on a busy machine takes a few seconds. */
const READY_MS_MAX = 60_000;
/** Between SIGTERM and SIGKILL; the sensor drains in this time. */
const STOP_MS_MAX = 15_000;

export interface ProgramStart {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** It is ready when a line of its output matches. */
  readonly ready: RegExp;
}

/** A program ended that nobody asked to. */
export class ProgramEnded extends Error {
  constructor(name: string, { exitCode, signalCode }: ChildProcess, logFile: string) {
    super(`${name} ended ${signalCode === null ? `with exit code ${exitCode}` : `on ${signalCode}`}; its log: ${logFile}`);
  }
}

/** A program of the demo, in a process of its own; what it prints goes to `<folder>/<name>.log` (0600). */
export class Program {
  readonly name: string;
  /** The line that says it is ready. Rejects when it ends before, and ends it when it takes too long. */
  readonly ready: Promise<string>;
  /** Settles when it ends by itself or by somebody else's hand, not when it is ended here. */
  readonly ended: Promise<ProgramEnded>;
  readonly #child: ChildProcess;
  readonly #lines = new EventEmitter();
  readonly #log: WriteStream;
  readonly #exited: Promise<ProgramEnded>;
  #isEndedHere = false;

  constructor(folder: string, { name, args, env, ready }: ProgramStart) {
    this.name = name;
    const logFile = join(folder, `${name}.log`);
    this.#log = createWriteStream(logFile, { mode: 0o600, flags: 'a' });
    this.#child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C in a terminal reaches a whole group of processes: the demo alone is to hear it, and ends its programs in order.
      detached: true,
    });
    this.#guard();
    for (const stream of [this.#child.stdout, this.#child.stderr]) if (stream) this.#follow(stream);
    // Unlike `exit`, `close` comes after the last line.
    this.#exited = once(this.#child, 'close').then(() => new ProgramEnded(name, this.#child, logFile));
    this.ended = new Promise((resolve) => void this.#exited.then((error) => (this.#isEndedHere ? undefined : resolve(error))));
    this.ready = this.line(ready, READY_MS_MAX).catch(async (error: unknown) => {
      await this.stop();
      throw error;
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The next line that matches. Rejects when there is none in time, or the program ends before. */
  line(pattern: RegExp, timeoutMs: number): Promise<string> {
    const found = Promise.withResolvers<string>();
    const late = new Error(`${this.name} printed no line like ${pattern} within ${timeoutMs / 1000} s`);
    const timer = setTimeout(() => found.reject(late), timeoutMs);
    const see = (line: string): void => {
      if (pattern.test(line)) found.resolve(line);
    };
    this.#lines.on('line', see);
    void this.#exited.then((ended) => found.reject(ended));
    return found.promise.finally(() => {
      clearTimeout(timer);
      this.#lines.off('line', see);
    });
  }

  /** Ends it as an orchestrator would: SIGTERM, and SIGKILL if it does not end. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.#isEndedHere = true;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS_MAX);
    await this.#exited;
    clearTimeout(late);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.#isEndedHere = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #guard(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    guard(pid);
    this.#child.once('exit', () => unguard(pid));
  }

  #follow(stream: Readable): void {
    createInterface({ input: stream }).on('line', (line) => {
      this.#log.write(`${line}\n`);
      this.#lines.emit('line', line);
    });
  }
}
