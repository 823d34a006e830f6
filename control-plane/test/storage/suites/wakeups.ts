import { once, EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import type { Stores } from '../conformance.ts';

export async function wakeupsSuite(t: Test, stores: Stores): Promise<void> {
  await t.test('whoever listens is woken, across replicas, by its own topic only', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const heard = new EventEmitter();
    const topics: string[] = [];
    const listen = (topic: string) =>
      two.wakeups.listen(topic, () => {
        topics.push(topic);
        heard.emit(topic);
      });
    const stop = listen('assignments:a');
    listen('assignments:b');
    // A listener that has just connected wakes everyone once; after that, only what is said.
    await pause(300);
    topics.length = 0;
    const woken = once(heard, 'assignments:a');
    await one.wakeups.notify('assignments:a');
    await woken;
    t.same(topics, ['assignments:a']);
    stop();
    const other = once(heard, 'assignments:b');
    await one.wakeups.notify('assignments:a');
    await one.wakeups.notify('assignments:b');
    await other;
    t.same(topics, ['assignments:a', 'assignments:b'], 'nobody is woken after it stopped listening');
  });

  await t.test('answers a ping', async (t) => {
    await t.resolves((await stores.open(t)).ping());
  });
}
