import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '../../kysely/database.ts';
import type { Clock } from '../../port/context.ts';

/** Writes that share one commit: what waits for the disk when a webhook's burst comes (its queue holds 256), in a few groups. */
export const GROUP_WRITES_MAX = 64;
/** A group that took longer takes no more in: reads wait for the connection, and nobody of it is answered before its end. */
const GROUP_MS_MAX = 50;

type Outcome = { readonly value: unknown } | { readonly error: unknown };

interface Write {
  readonly run: (session: Session) => Promise<unknown>;
  readonly since: number;
  readonly end: (outcome: Outcome) => void;
}

/** Runs `run` on the one connection; waits while another process holds the database, and gives up by `since`. */
export type Connect = <T>(since: number, run: (session: Session) => Promise<T>) => Promise<T>;

/**
 * Group commit. A commit waits for the disk, which takes longer than all statements of a verb: writes that wait for it meanwhile go into
 * one transaction, each in a savepoint of its own (https://sqlite.org/lang_savepoint.html), and are answered after the common commit. An
 * error of one undoes that one only. Where the transaction itself is lost (a full disk, a failed commit), each is run anew by itself.
 */
export class GroupedWrites {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #connect: Connect;
  readonly #waiting: Write[] = [];
  #isRunning = false;

  constructor(clock: Pick<Clock, 'monotonic'>, connect: Connect) {
    this.#clock = clock;
    this.#connect = connect;
  }

  add<T>(run: (session: Session) => Promise<T>): Promise<T> {
    const written = new Promise<T>((resolve, reject) => {
      const end = (outcome: Outcome): void => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value as T));
      this.#waiting.push({ run, since: this.#clock.monotonic(), end });
    });
    if (!this.#isRunning) void this.#runAll();
    return written;
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      // SQLite's calls never let the event loop turn: without this the group would miss what waits in the sockets.
      await nextTurn();
      await this.#runGroup(first);
    }
    this.#isRunning = false;
  }

  /** Never throws: whatever happens is somebody's outcome. */
  async #runGroup(first: Write): Promise<void> {
    try {
      await this.#connect(first.since, (session) => this.#groupOn(session));
    } catch (error) {
      // Nobody was taken in: the database was not to be had for as long as the first could wait.
      this.#waiting.shift()?.end({ error });
    }
  }

  /** @throws only before it takes anybody in, so that trying again loses nobody. */
  async #groupOn(session: Session): Promise<void> {
    await begin.execute(session);
    const taken: Write[] = [];
    const outcomes: Outcome[] = [];
    try {
      const begun = this.#clock.monotonic();
      while (taken.length < GROUP_WRITES_MAX && this.#clock.monotonic() - begun < GROUP_MS_MAX) {
        const write = this.#waiting.shift();
        if (write === undefined) break;
        taken.push(write);
        outcomes.push(await inSavepoint(session, write.run));
      }
      await commit.execute(session);
    } catch {
      await rollBack(session);
      for (const write of taken) write.end(await alone(session, write.run));
      return;
    }
    taken.forEach((write, at) => write.end(outcomes[at] as Outcome));
  }
}

/** @throws when the transaction is no more. */
async function inSavepoint(session: Session, run: Write['run']): Promise<Outcome> {
  await savepoint.execute(session);
  try {
    const value = await run(session);
    await release.execute(session);
    return { value };
  } catch (error) {
    await undo.execute(session);
    await release.execute(session);
    return { error };
  }
}

async function alone(session: Session, run: Write['run']): Promise<Outcome> {
  try {
    await begin.execute(session);
    const value = await run(session);
    await commit.execute(session);
    return { value };
  } catch (error) {
    await rollBack(session);
    return { error };
  }
}

/** Some errors (a full disk among them) have rolled back already. */
async function rollBack(session: Session): Promise<void> {
  await sql`rollback`.execute(session).catch(() => undefined);
}

const begin: RawBuilder<unknown> = sql`begin immediate`;
const commit: RawBuilder<unknown> = sql`commit`;
const savepoint: RawBuilder<unknown> = sql`savepoint verb`;
const release: RawBuilder<unknown> = sql`release verb`;
const undo: RawBuilder<unknown> = sql`rollback to verb`;
