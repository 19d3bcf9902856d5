import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { refused } from '../test/ids.ts';
import { RUNS } from '../test/runs.ts';
import { costOf, LEAST_SHARE, type Share, shareOf } from './allowance-share.ts';

const fresh = parseConfig().allowance;
const count = fc.integer({ min: 0, max: 10 ** 12 });
const anyShare: fc.Arbitrary<Share> = fc.record({ logs: count, bytes: count, invites: count });
const anyUses = fc.integer({ min: 1, max: 1_000 });

const minus = (left: Share, cost: Share): Share => ({
  logs: left.logs - cost.logs,
  bytes: left.bytes - cost.bytes,
  invites: left.invites - cost.invites,
});

/** Grants invites of one use until none is left to give. */
function guestsOf(left: Share): Share[] {
  const guests: Share[] = [];
  for (let rest = left; ; ) {
    try {
      const each = shareOf(rest, 1);
      guests.push(each);
      rest = minus(rest, costOf(each, 1));
    } catch (error) {
      expect(error).toMatchObject(refused('quota'));
      return guests;
    }
  }
}

test('a grant never gives more than its granter has, and never less than a person needs', () => {
  fc.assert(
    fc.property(anyShare, anyUses, (left, uses) => {
      let each: Share;
      try {
        each = shareOf(left, uses);
      } catch (error) {
        expect(error).toMatchObject(refused('quota'));
        const least = minus(left, costOf(LEAST_SHARE, uses));
        expect(Math.min(least.logs, least.bytes, least.invites)).toBeLessThan(0);
        return;
      }
      const rest = minus(left, costOf(each, uses));
      for (const of of ['logs', 'bytes', 'invites'] as const) {
        expect(each[of]).toBeGreaterThanOrEqual(LEAST_SHARE[of]);
        expect(Math.log2(each[of]) % 1).toBe(0);
        expect(rest[of]).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 1_000 * RUNS },
  );
});

test('in ordinary use: a class is invited one by one, and a guest of a guest of a guest still invites', () => {
  expect(guestsOf(fresh).length).toBeGreaterThan(60);
  const family = shareOf(shareOf(fresh, 1), 1);
  expect(family.bytes).toBeGreaterThanOrEqual(1_000_000_000);
  expect(family.logs).toBeGreaterThanOrEqual(100);
  expect(guestsOf(family).length).toBeGreaterThan(10);
  const theirs = guestsOf(family)[0];
  expect(theirs?.bytes).toBeGreaterThan(100_000_000);
  expect(guestsOf(theirs ?? LEAST_SHARE).length).toBeGreaterThan(0);
});
