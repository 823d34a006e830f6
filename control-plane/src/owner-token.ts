import { closeSync, existsSync, fsyncSync, openSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Log } from './storage/index.ts';
import type { Workspaces } from './workspaces/index.ts';

const FIRST_WORKSPACE = 'default';

export interface FirstOwner {
  readonly workspaces: Pick<Workspaces, 'createFirst' | 'isEmpty'>;
  readonly log: Log;
  /** A token that the operator chose; nothing is shown then. */
  readonly given: string | null;
  /** Shows the token to a person; null where nobody watches: then it goes into `file`. */
  readonly show: ((token: string) => void) | null;
  readonly file: string;
}

/**
 * On the first start of an installation, makes the first workspace and its owner token, and hands the token out once. Of replicas
 * started together one does it. The file is opened before the token is made: a token that nobody can be told is never created.
 */
export async function ensureFirstOwner(first: FirstOwner): Promise<void> {
  if (!(await first.workspaces.isEmpty())) return;
  if (first.given !== null || first.show !== null) return showOnce(first);
  await writeOnce(first);
}

async function writeOnce({ workspaces, log, file }: FirstOwner): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  const descriptor = openPrivate(partial);
  try {
    const issued = await workspaces.createFirst(FIRST_WORKSPACE, null).catch((error: unknown) => {
      unlinkSync(partial);
      throw error;
    });
    if (!issued) return unlinkSync(partial);
    writeSync(descriptor, `${issued.secret}\n`);
    fsyncSync(descriptor);
    keepAside(file, log);
    renameSync(partial, file);
    log.info({ file }, 'the owner token of this new installation was written to a file; move it to a safe place');
  } finally {
    closeSync(descriptor);
  }
}

/** A token of another installation, as where an empty file took the place of its database; its own time gives it a name of its own. */
function keepAside(file: string, log: Log): void {
  if (!existsSync(file)) return;
  const keptAs = `${file}.${Math.trunc(statSync(file).mtimeMs)}.old`;
  renameSync(file, keptAs);
  log.warn({ file, keptAs }, 'an owner token of another installation was in the way and is kept aside; was the right database given?');
}

async function showOnce({ workspaces, given, show, log }: FirstOwner): Promise<void> {
  const issued = await workspaces.createFirst(FIRST_WORKSPACE, given);
  if (!issued) return;
  if (given === null) show?.(issued.secret);
  log.info({ workspaceId: issued.token.workspaceId }, 'the first workspace was created');
}

function openPrivate(path: string): number {
  try {
    return openSync(path, 'w', 0o600);
  } catch (cause) {
    throw new TidewaiterError('config.invalid', {
      which: 'TIDEWAITER_OWNER_TOKEN_OUTPUT_FILE',
      got: cause instanceof Error ? cause.message : path,
      want: 'a path in a writable folder',
      remedy: 'Set it, or give a token with TIDEWAITER_OWNER_TOKEN_FILE.',
      cause,
    });
  }
}
