import { destination } from 'pino';
import { openContext } from '../app.ts';
import { readControlPlaneConfig } from '../config/index.ts';
import { createLog } from '../telemetry/index.ts';
import { Workspaces } from '../workspaces/index.ts';
import { random } from './serve.ts';

const STDERR = 2;

/** Makes another workspace and prints it with its owner token, as JSON, once. */
export async function createWorkspace(name: string): Promise<void> {
  const config = readControlPlaneConfig();
  const log = createLog(config.logLevel, destination({ dest: STDERR, sync: true }));
  const context = await openContext(config, { now: () => Date.now(), random, log });
  try {
    const { token, secret } = await new Workspaces(context.store, { ...context, random }).createWorkspace(name);
    process.stdout.write(`${JSON.stringify({ workspaceId: token.workspaceId, name, ownerToken: secret })}\n`);
  } finally {
    await context.store.close();
  }
}
