import { isDeepStrictEqual } from 'node:util';
import type { Test } from 'tap';
import type { Watched } from '../conformance.ts';
import { fullOf, type Life, middleOf, partsOf, type Step } from '../twin-life.ts';
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

async function live(watched: Watched, after: (verb: string, rows: (workspaceId: string) => Rows) => void): Promise<readonly Moment[]> {
  const life: Life = { store: watched.store, w: self, kind: 0 };
  const moments: Moment[] = [];
  for (const part of partsOf(life)) {
    for (const step of part) {
      const answer = await answerOf(step);
      const rows = await rowsOf(watched);
      moments.push({ verb: step[0], answer, rows: rows(self) });
      after(step[0], rows);
    }
    for (const step of readsOf(life)) moments.push({ verb: step[0], answer: await answerOf(step), rows: {} });
  }
  return moments;
}

/** Every step of theirs must succeed: a neighbour that has nothing proves nothing. */
async function settle(steps: readonly Step[]): Promise<void> {
  for (const [, act] of steps) await act();
}

export async function twinsSuite(t: Test, open: (t: Test) => Promise<Watched>): Promise<void> {
  const watched = await open(t);
  const alone = await live(watched, () => {});

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
    t.match(answers('facts.deleteBySensor'), [{ facts: 2 }, {}], 'the base and the manifest that nobody else read');
    t.match(answers('facts.createLayer'), ['created', 'created', 'known']);
  });

  for (const [before, behind] of [
    [fullOf, middleOf],
    [middleOf, fullOf],
  ] as const)
    await t.test(
      `verb by verb and row by row, workspaces with the same ids, digests and fingerprints are apart (${before === fullOf ? 'judged first' : 'judged last'})`,
      async (t) => {
        const watched = await open(t);
        const others = ['workspace a', 'workspace c'] as const;
        await settle(before({ store: watched.store, w: others[0], kind: 1 }));
        await settle(behind({ store: watched.store, w: others[1], kind: 2 }));
        const [wanted, changed] = [others.map(await rowsOf(watched)), new Map<string, readonly Rows[]>()];
        const among = await live(watched, (verb, rows) => {
          const found = others.map(rows);
          if (!isDeepStrictEqual(found, wanted)) changed.set(verb, found);
        });
        const [verb] = changed.keys();
        t.equal(verb, undefined, 'no verb changes a row of another workspace');
        if (verb !== undefined) t.strictSame(changed.get(verb), wanted, `${verb} changed these`);
        // The first that differs says what is wrong; what comes after it follows from it.
        const at = alone.findIndex((moment, index) => !isDeepStrictEqual(among[index], moment));
        t.equal(alone[at]?.verb, undefined, 'each answer and each row of its own is as it is when it is alone');
        if (at >= 0) t.strictSame(among[at], alone[at]);
      },
    );
}
