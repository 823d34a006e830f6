import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';

/** The library of Debian's libfaketime; the loader fills in $LIB. */
const preload = { LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1' };

/** A missing peer fails here: the loader only warns of a library that is not there. */
function needFaketime(): void {
  execFileSync('faketime', ['--version']);
}

/** A wall clock that can be moved while a program runs; its timers go on as before. */
export class WallClock {
  readonly #file: string;

  constructor(file: string) {
    needFaketime();
    this.#file = file;
    this.move(0);
  }

  /** What a program needs in its environment to go by this clock. */
  get environment(): Readonly<Record<string, string>> {
    return { ...preload, FAKETIME_TIMESTAMP_FILE: this.#file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  }

  /** Sets it so many seconds before (negative) or after the true time. */
  move(seconds: number): void {
    writeFileSync(this.#file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  }
}

/** A clock on which a second of ours is a minute: wall clock and timers of all programs that share it. */
export class FastClock {
  static readonly FACTOR = 60;
  readonly environment: Readonly<Record<string, string>>;
  readonly #keeper: ChildProcess;
  readonly #pid: number;

  private constructor(keeper: ChildProcess, pid: number, shared: string) {
    this.#keeper = keeper;
    this.#pid = pid;
    this.environment = { ...preload, FAKETIME: rate, FAKETIME_SHARED: shared };
  }

  /** The wrapper keeps what the programs share (when the clock began) for as long as the command under it runs. */
  static async start(): Promise<FastClock> {
    needFaketime();
    const keeper = spawn('faketime', ['-m', '-f', rate, 'sh', '-c', 'echo "$$ $FAKETIME_SHARED"; exec sleep 100000000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line]: unknown[] = await once(keeper.stdout, 'data');
    const [pid = '', ...shared] = String(line).trim().split(' ');
    return new FastClock(keeper, Number(pid), shared.join(' '));
  }

  async stop(): Promise<void> {
    const ended = once(this.#keeper, 'exit');
    process.kill(this.#pid);
    await ended;
  }
}

const rate = `+0 x${FastClock.FACTOR}`;
