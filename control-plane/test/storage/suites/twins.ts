import { isDeepStrictEqual } from 'node:util';
import type { Test } from 'tap';
import type { Watched } from '../conformance.ts';
import { besideOf, fullOf, goneOf, middleOf, partsOf } from '../twin-life.ts';
import { type Life, others, type Step } from '../twin-names.ts';
import { readsOf } from '../twin-reads.ts';

/** The same life is lived alone first: then what happens among others must be the same, verb by verb and row by row. */
interface Moment {
  readonly verb: string;
  readonly answer: unknown;
  readonly rows: Rows;
}
type Rows = Readonly<Record<string, readonly string[]>>;

const self = 'workspace b';

/** What is stored of each workspace, at one moment. */
async function rowsOf(watched: Watched): Promise<(workspaceId: string) => Rows> {
  const stored = new Map<string, Record<string, string[]>>();
  for (const [table, rows] of Object.entries(await watched.tables()))
    for (const row of rows) {
      const owner = String(row[table === 'workspaces' ? 'id' : 'workspace_id']);
      const own = stored.get(owner) ?? {};
      stored.set(owner, own);
      (own[table] ??= []).push(JSON.stringify(row));
    }
  for (const own of stored.values()) for (const rows of Object.values(own)) rows.sort();
  return (workspaceId) => stored.get(workspaceId) ?? {};
}

const answerOf = ([, act]: Step): Promise<unknown> => act().catch((error: unknown) => ({ threw: String(error) }));

/** Who looks on while a life is lived, and lives on after each part of it. */
interface Company {
  look(verb: string, rows: (workspaceId: string) => Rows): void;
  follow(part: number): Promise<void>;
}

const nobody: Company = { look: () => {}, follow: async () => {} };

async function live(watched: Watched, company: Company): Promise<readonly Moment[]> {
  const life: Life = { store: watched.store, w: self, kind: 0 };
  const moments: Moment[] = [];
  for (const [index, part] of partsOf(life).entries()) {
    for (const step of part) {
      const answer = await answerOf(step);
      const rows = await rowsOf(watched);
      moments.push({ verb: step[0], answer, rows: rows(self) });
      company.look(step[0], rows);
    }
    await company.follow(index);
    for (const step of readsOf(life)) moments.push({ verb: step[0], answer: await answerOf(step), rows: {} });
  }
  return moments;
}

/** Some live before, the last of them may live beside. Every step of theirs must succeed: a neighbour that has nothing proves nothing. */
class Neighbours implements Company {
  /** The first verb that changed what is theirs, and what was so. */
  changed: { readonly verb: string; readonly found: readonly Rows[]; readonly wanted: readonly Rows[] } | null = null;
  readonly #watched: Watched;
  readonly #beside: readonly (readonly Step[])[];
  #wanted: readonly Rows[] = [];

  constructor(watched: Watched, beside: readonly (readonly Step[])[]) {
    this.#watched = watched;
    this.#beside = beside;
  }

  async settle(steps: readonly Step[]): Promise<void> {
    for (const [, act] of steps) await act();
    this.#wanted = others.map(await rowsOf(this.#watched));
  }

  look(verb: string, rows: (workspaceId: string) => Rows): void {
    const found = others.map(rows);
    if (!isDeepStrictEqual(found, this.#wanted)) this.changed ??= { verb, found, wanted: this.#wanted };
  }

  async follow(part: number): Promise<void> {
    const steps = this.#beside[part] ?? [];
    if (steps.length > 0) await this.settle(steps);
  }
}

interface Neighbourhood {
  readonly of: string;
  readonly before: readonly ((life: Life) => readonly Step[])[];
  readonly beside: (life: Life) => readonly (readonly Step[])[];
}

const neighbourhoods: readonly Neighbourhood[] = [
  { of: 'judged first', before: [fullOf, middleOf], beside: () => [] },
  { of: 'judged last', before: [middleOf, fullOf], beside: () => [] },
  { of: 'one gone before, one that does all right after', before: [goneOf], beside: besideOf },
];

export async function twinsSuite(t: Test, open: (t: Test) => Promise<Watched>): Promise<void> {
  const watched = await open(t);
  const alone = await live(watched, nobody);

  await t.test('a workspace lives through every table, and every verb of its life does its work', async (t) => {
    const failed = alone.filter(({ answer }) => typeof answer === 'object' && answer !== null && 'threw' in answer);
    t.strictSame(
      failed.map(({ verb, answer }) => [verb, answer]),
      [],
    );
    const seen = new Set(alone.flatMap(({ rows }) => Object.keys(rows).filter((table) => (rows[table]?.length ?? 0) > 0)));
    const beyond = ['event_rejections', 'issuer_keys', 'schema_migrations'];
    const tables = Object.keys(await watched.tables());
    t.strictSame(
      tables.filter((table) => !seen.has(table) && !beyond.includes(table)),
      [],
    );
    const answers = (verb: string) => alone.filter((moment) => moment.verb === verb).map(({ answer }) => answer);
    t.match(answers('facts.deleteBySensor'), [null, null, { facts: 2 }, {}], 'the base and the manifest that nobody else read');
    t.match(answers('facts.createLayer'), ['unclaimed', 'unclaimed', 'created', 'created', 'known']);
  });

  for (const { of, before, beside } of neighbourhoods)
    await t.test(`verb by verb and row by row, workspaces with the same ids, digests and fingerprints are apart (${of})`, async (t) => {
      const watched = await open(t);
      const { store } = watched;
      const neighbours = new Neighbours(watched, beside({ store, w: others[1], kind: 2 }));
      for (const [at, steps] of before.entries()) await neighbours.settle(steps({ store, w: others[at] ?? self, kind: at + 1 }));
      const among = await live(watched, neighbours);
      const { changed } = neighbours;
      t.equal(changed?.verb, undefined, 'no verb changes a row of another workspace');
      if (changed) t.strictSame(changed.found, changed.wanted, `${changed.verb} changed these`);
      // The first that differs says what is wrong; what comes after it follows from it.
      const at = alone.findIndex((moment, index) => !isDeepStrictEqual(among[index], moment));
      t.equal(alone[at]?.verb, undefined, 'each answer and each row of its own is as it is when it is alone');
      if (at >= 0) t.strictSame(among[at], alone[at]);
    });
}
