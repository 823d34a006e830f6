import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A running registry; `close` ends the process. */
export interface DockerRegistry {
  /** `127.0.0.1:PORT`, plain http. */
  readonly host: string;
  close(): Promise<void>;
}

/** Debian's docker-registry on a port of its choice, its data and configuration in `folder`; `auth` as its configuration has it. */
export async function startDockerRegistry(folder: string, auth: unknown = null): Promise<DockerRegistry> {
  const config = {
    version: 0.1,
    log: { level: 'info', formatter: 'json' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: '127.0.0.1:0' },
    ...(auth === null ? {} : { auth }),
  };
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const close = async (): Promise<void> => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  for await (const line of createInterface({ input: child.stderr })) {
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (host !== undefined) {
      child.stderr.resume();
      return { host, close };
    }
  }
  throw new Error('docker-registry did not start; apt-get install docker-registry');
}
