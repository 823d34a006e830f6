import { Silence } from '@tidewaiter/shared/protocol';
import type { WebSocket } from 'ws';

/**
 * Pings a socket and cuts it when nothing came for too long.
 * @returns stops it.
 */
export function watchSilence(
  socket: WebSocket,
  { lookMs, silenceMsMax, monotonic }: { readonly lookMs: number; readonly silenceMsMax: number; readonly monotonic: () => number },
): () => void {
  const silence = new Silence(monotonic(), silenceMsMax);
  const heard = (): void => silence.heard(monotonic());
  socket.on('message', heard).on('ping', heard).on('pong', heard);
  const timer = setInterval(() => {
    // A socket that we do not read for a while (its frames wait for the database) is not silent.
    if (socket.isPaused) heard();
    const due = silence.look(monotonic());
    if (due === 'cut') socket.terminate();
    else if (due === 'ping') socket.ping();
  }, lookMs).unref();
  return () => clearInterval(timer);
}
