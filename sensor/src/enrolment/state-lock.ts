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
 * @throws config.conflict when another process holds it.
 */
export async function lockState(folder: string): Promise<() => void> {
  if (process.platform !== 'linux') return () => undefined;
  const { dev, ino } = await stat(folder, { bigint: true });
  const name = createHash('sha256').update(`${dev}:${ino}`).digest('hex');
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0tidewaiter-sensor-${name}`);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new TidewaiterError('config.conflict', {
      which: 'TIDEWAITER_STATE_DIR',
      got: `${folder}, which another sensor uses`,
      want: 'a folder for each sensor',
      remedy: 'Stop the other sensor, or give this one a state folder of its own and an enrolment token.',
      cause,
    });
  }
  server.unref();
  return () => void server.close();
}
