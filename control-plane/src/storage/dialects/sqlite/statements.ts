import type { SqliteStatement } from 'kysely';

/** Prepared statements kept: the verbs have some 150 distinct texts, lists of varying length the rest. */
const STATEMENTS_MAX = 400;

type Prepare = (text: string) => SqliteStatement;

/** Prepares each text once, as long as it is among those used last. */
export function statementCache(prepare: Prepare): Prepare {
  const ready = new Map<string, SqliteStatement>();
  return (text) => {
    const statement = ready.get(text) ?? prepare(text);
    ready.delete(text);
    ready.set(text, statement);
    const [oldest] = ready.keys();
    if (ready.size > STATEMENTS_MAX && oldest !== undefined) ready.delete(oldest);
    return statement;
  };
}
