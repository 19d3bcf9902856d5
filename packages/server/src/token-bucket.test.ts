import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

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
