import { once } from 'node:events';
import { createServer } from 'node:net';

/** Listens at an address and leaves it again: it is there and free. @throws the system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES). */
export async function tryAddress(host: string, port: number): Promise<void> {
  const probe = createServer();
  await once(probe.listen({ host, port }), 'listening');
  probe.close();
  await once(probe, 'close');
}
