import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';
import type { Test } from 'tap';

/** Timeouts of this process stand still until `pass` is called: minutes pass at once. Sockets, workers and the disk go on. */
export function stopTimers(t: Test): { pass(ms: number): void } {
  mock.timers.enable({ apis: ['setTimeout'] });
  // What is imported by name from node:timers/promises follows.
  syncBuiltinESMExports();
  t.teardown(() => {
    mock.timers.reset();
    syncBuiltinESMExports();
  });
  return { pass: (ms) => mock.timers.tick(ms) };
}

/** Lets what is under way come as far as it does without a timeout. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export async function turnsUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await turns(1);
}
