import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { TidewaiterError } from '@tidewaiter/shared/errors';

/**
 * Holds a state folder for this process: two sensors under one identity would throw each other off the control plane for ever. The lock
 * is a name in the abstract socket space, which the kernel frees however the process dies; other systems than Linux have none. It is made
 * of device and inode: containers that share a network have the same paths for different folders.
 * @returns what lets go of it.
 * @throws config.conflict when another process holds it; config.invalid when the folder is not there or the lock cannot be had.
 */
export async function lockState(folder: string): Promise<() => void> {
  if (process.platform !== 'linux') return () => undefined;
  const name = await nameOf(folder);
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0tidewaiter-sensor-${name}`);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw isInUse(cause) ? heldBy(folder, cause) : unlockable(folder, cause);
  }
  server.unref();
  return () => void server.close();
}

async function nameOf(folder: string): Promise<string> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    return createHash('sha256').update(`${dev}:${ino}`).digest('hex');
  } catch (cause) {
    throw new TidewaiterError('config.invalid', {
      which: 'TIDEWAITER_STATE_DIR',
      got: cause instanceof Error ? cause.message : folder,
      want: 'a folder that is there',
      remedy: 'Make the folder, and let this user into the folders above it.',
      cause,
    });
  }
}

const isInUse = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';

const heldBy = (folder: string, cause: unknown): TidewaiterError =>
  new TidewaiterError('config.conflict', {
    which: 'TIDEWAITER_STATE_DIR',
    got: `${folder}, which another sensor uses`,
    want: 'a folder for each sensor',
    remedy: 'Stop the other sensor, or give this one a state folder of its own and an enrolment token.',
    cause,
  });

/** The name's length is always the same, and no file is made for it: what is left are the rules of this system for sockets. */
const unlockable = (folder: string, cause: unknown): TidewaiterError =>
  new TidewaiterError('config.invalid', {
    which: 'TIDEWAITER_STATE_DIR',
    got: `${folder}, which cannot be locked (${cause instanceof Error ? cause.message : 'for no reason given'})`,
    want: 'a system that lets this process listen on an abstract Unix socket',
    remedy: 'Allow it Unix sockets (seccomp, AppArmor, SELinux, systemd’s RestrictAddressFamilies), and enough open files (ulimit -n).',
    cause,
  });
