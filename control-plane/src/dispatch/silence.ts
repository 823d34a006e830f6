import type { WebSocket } from 'ws';

/**
 * Pings a socket and cuts it when nothing came for too long: a half-open TCP connection never says that it is dead. Measured on
 * the monotonic clock, so that a wall clock that jumps cuts nothing.
 * @returns stops it.
 */
export function watchSilence(
  socket: WebSocket,
  { pingMs, silenceMsMax, monotonic }: { readonly pingMs: number; readonly silenceMsMax: number; readonly monotonic: () => number },
): () => void {
  let heardAt = monotonic();
  const heard = (): void => {
    heardAt = monotonic();
  };
  socket.on('message', heard).on('ping', heard).on('pong', heard);
  const timer = setInterval(() => {
    // A socket that we do not read for a while (its frames wait for the database) is not silent.
    if (socket.isPaused) heard();
    if (monotonic() - heardAt > silenceMsMax) socket.terminate();
    else socket.ping();
  }, pingMs).unref();
  return () => clearInterval(timer);
}
