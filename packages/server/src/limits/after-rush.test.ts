import { expect, test } from 'vitest';
import { HandClock } from '../test/hand-clock.ts';
import { collectAfterRush, collectGarbage } from './after-rush.ts';

test('memory is given back once a rush is over, and not again before another', () => {
  const clock = new HandClock();
  let connections = 0;
  let collected = 0;
  const stop = collectAfterRush({
    connections: () => connections,
    clock,
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
  stop();
  expect(at(5_000, 5_000)).toBe(2);
});

test('what nobody holds any more is gone after it', async () => {
  const forgotten = new WeakRef(new Uint8Array(1_000));
  // The present turn holds whatever it made a reference to.
  await new Promise(setImmediate);
  await collectGarbage();
  expect(forgotten.deref()).toBeUndefined();
});
