/** What waits to be told, and that nothing keeps it once it was told. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Entry, PushItem } from '@polynya/protocol/requests';
import { expect, test } from 'vitest';
import { PushQueue } from './push-queue.ts';

const NOTHING = new Uint8Array(0);
const entry: Entry = { seq: 1, kind: 0, epoch: 0, id: NOTHING, body: NOTHING, turn: null };
const push = (n: number, entries = 1): PushItem => ({
  item: 'push',
  n,
  entries: Array.from({ length: entries }, () => entry),
});

test('hands over what waits in its order, once', () => {
  const queue = new PushQueue(1_000);
  for (const n of [1, 2, 3]) queue.add(push(n));
  expect(queue.drain().map((item) => 'n' in item && item.n)).toEqual([1, 2, 3]);
  expect(queue.empty).toBe(true);
  expect(queue.drain()).toEqual([]);
});

test('what was told does not grow old', () => {
  const [queue, long] = [new PushQueue(Number.MAX_SAFE_INTEGER), 5_000];
  const collectYoung = collectorOfYoung();
  // A function of its own, or its caller would hold the last.
  const tell = (n: number): void => {
    queue.add(push(n, long));
    queue.drain();
  };
  for (let n = 0; n < 4; n++) collectYoung();
  const before = bytesOfOld();
  for (let n = 0; n < 50; n++) {
    // Twice, so that whatever the queue keeps while it is empty is old when the next push comes.
    collectYoung();
    collectYoung();
    tell(n);
  }
  // A tenth of all lists, of eight bytes an entry.
  expect(bytesOfOld() - before).toBeLessThan((50 * long * 8) / 10);
});

/** What the garbage collector does often: it looks at what is young alone. */
function collectorOfYoung(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  return () => collect({ type: 'minor' });
}

function bytesOfOld(): number {
  const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space');
  return old?.space_used_size ?? 0;
}
