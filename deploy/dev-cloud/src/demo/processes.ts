import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

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

/** A program of the demo, in a process of its own; what it prints goes to `<folder>/<name>.log` (0600). */
export class Program {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines = new EventEmitter();
  readonly #log: WriteStream;
  readonly #exited: Promise<unknown>;

  private constructor(folder: string, { name, args, env }: ProgramStart) {
    this.name = name;
    this.#log = createWriteStream(join(folder, `${name}.log`), { mode: 0o600, flags: 'a' });
    this.#child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit');
    for (const stream of [this.#child.stdout, this.#child.stderr]) if (stream) this.#follow(stream);
  }

  /** Starts it and waits for its ready line, which is returned too. */
  static async start(folder: string, start: ProgramStart): Promise<{ readonly program: Program; readonly line: string }> {
    const program = new Program(folder, start);
    const ended = program.#exited.then(() => {
      throw new Error(`${start.name} ended before it was ready; ${join(folder, `${start.name}.log`)} says why`);
    });
    const line = await Promise.race([program.line(start.ready, READY_MS_MAX), ended]);
    ended.catch(() => undefined);
    return { program, line };
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The next line that matches. */
  line(pattern: RegExp, timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => settle(() => reject(new Error(`${this.name} printed no line like ${pattern} within ${timeoutMs / 1000} s`))),
        timeoutMs,
      );
      const see = (line: string): void => {
        if (pattern.test(line)) settle(() => resolve(line));
      };
      const settle = (how: () => void): void => {
        clearTimeout(late);
        this.#lines.off('line', see);
        how();
      };
      this.#lines.on('line', see);
    });
  }

  /** Ends it as an orchestrator would: SIGTERM, and SIGKILL if it does not end. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS_MAX);
    await this.#exited;
    clearTimeout(late);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #follow(stream: Readable): void {
    createInterface({ input: stream }).on('line', (line) => {
      this.#log.write(`${line}\n`);
      this.#lines.emit('line', line);
    });
  }
}
