import { Workspaces } from '../workspaces/index.ts';
import { withContext } from './context.ts';

/** Makes another workspace and prints it with its owner token, as JSON, once. */
export async function createWorkspace(name: string): Promise<void> {
  await withContext(async (context, _config, random) => {
    const { token, secret } = await new Workspaces(context.store, { ...context, random }).createWorkspace(name);
    process.stdout.write(`${JSON.stringify({ workspaceId: token.workspaceId, name, ownerToken: secret })}\n`);
  });
}
