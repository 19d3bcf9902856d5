import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HandClock } from '../test/hand-clock.ts';
import { collectAfterRush, collectGarbage, quietOfThread } from './after-rush.ts';

test('memory is given back once a rush is over and it is quiet, and not again before another', () => {
  const clock = new HandClock();
  let connections = 0;
  let collected = 0;
  let quiet = true;
  const stop = collectAfterRush({
    connections: () => connections,
    clock,
    quiet: () => quiet,
    collect: async () => {
      collected++;
    },
    report: (error) => expect.unreachable(String(error)),
  });
  /** So many are open at the next looks, and so often it was collected by then. */
  const at = (...counts: readonly number[]): number => {
    for (const count of counts) {
      connections = count;
      clock.pass(5_000);
    }
    return collected;
  };
  expect(at(500, 999, 999)).toBe(0);
  expect(at(2_000, 3_000)).toBe(0);
  expect(at(3_010)).toBe(1);
  expect(at(3_010, 3_900, 3_900)).toBe(1);
  expect(at(10, 1_200, 1_200)).toBe(2);
  quiet = false;
  expect(at(10, 1_200, 1_200, 1_200)).toBe(2);
  quiet = true;
  expect(at(1_200, 1_200)).toBe(3);
  stop();
  expect(at(5_000, 5_000)).toBe(3);
});

test('what nobody holds any more is gone after it', async () => {
  const forgotten = new WeakRef(new Uint8Array(1_000));
  // The present turn holds whatever it made a reference to.
  await new Promise(setImmediate);
  await collectGarbage();
  expect(forgotten.deref()).toBeUndefined();
});

test('a thread is quiet where it has little to do', async () => {
  const quiet = quietOfThread();
  const until = performance.now() + 100;
  while (performance.now() < until);
  expect(quiet()).toBe(false);
  await setTimeout(200);
  expect(quiet()).toBe(true);
});
