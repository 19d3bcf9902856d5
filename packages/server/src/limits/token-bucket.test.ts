import { expect, test } from 'vitest';
import { TokenBucket, TokenBuckets } from './token-bucket.ts';

const rate = { burst: 3, everyMs: 100 };

test('gives a burst at once, then one token every so often', () => {
  let now = 1_000;
  const bucket = new TokenBucket(rate, () => now);
  expect([bucket.take(3), bucket.take(), bucket.wait()]).toEqual([true, false, 100]);
  now += 100;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
});

test('after a clock was set back it is empty at worst, and fills as ever', () => {
  let now = 10_000_000;
  const bucket = new TokenBucket(rate, () => now);
  expect(bucket.take()).toBe(true);
  now -= 3_600_000;
  expect(bucket.wait()).toBeLessThanOrEqual(100);
  now += 100;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  now += 300;
  expect(bucket.take(3)).toBe(true);
});

test('what one process takes is gone at the others as soon as they hear of it, and what it gives back is there', () => {
  const now = () => 1_000;
  const [here, there] = [new TokenBuckets(now, true), new TokenBuckets(now, true)];
  here.takenSince();
  expect(here.of('key', rate).take(2)).toBe(true);
  there.takenElsewhere(here.takenSince());
  expect([there.of('key', rate).take(2), there.of('key', rate).take()]).toEqual([false, true]);
  expect(there.of('another', rate).take(3)).toBe(true);
  here.of('key', rate).giveBack(2);
  there.takenElsewhere(here.takenSince());
  expect([there.of('key', rate).take(3), there.of('key', rate).take(2)]).toEqual([false, true]);
  expect(here.takenSince()).toEqual([]);
});

test('what was taken in several processes before they heard of it leaves a bucket empty, and shut no longer than that', () => {
  let now = 1_000;
  const buckets = new TokenBuckets(() => now, true);
  buckets.takenElsewhere([{ key: 'key', rate, n: 30 }]);
  expect(buckets.of('key', rate).wait()).toBe(100);
  now += 100;
  expect(buckets.of('key', rate).take()).toBe(true);
});
