import type { MessagePort } from 'node:worker_threads';

/** The messages of a port one by one. Its length is bounded by the sender's credits. */
export class MessageQueue<T> {
  readonly #messages: T[] = [];
  #wake: (() => void) | null = null;

  constructor(port: MessagePort) {
    port.on('message', (message: T) => {
      this.#messages.push(message);
      this.#wake?.();
    });
  }

  async next(): Promise<T> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
