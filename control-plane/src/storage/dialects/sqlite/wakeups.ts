import { EventEmitter } from 'node:events';
import type { Wakeups } from '../../port/store.ts';

/** SQLite belongs to one process, so a wake-up never has to leave it. */
export function localWakeups(): Wakeups {
  const topics = new EventEmitter().setMaxListeners(0);
  return {
    async notify(topic) {
      topics.emit(`topic ${topic}`);
    },
    listen(topic, wake) {
      topics.on(`topic ${topic}`, wake);
      return () => topics.off(`topic ${topic}`, wake);
    },
  };
}
