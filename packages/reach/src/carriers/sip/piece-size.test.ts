import { LIMITS } from '@polynya/protocol/limits';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PieceSize } from './piece-size.ts';

const MUCH = 1_000_000;
const HOUR = 3_600_000;

/** As whoever sends a piece asks for its length; null: it waits. */
function next(size: PieceSize, left: number, now: number): number | null {
  if (size.waits(left)) return null;
  const more = size.more(left, now);
  if (more !== null) size.tries();
  return more ?? size.usual;
}

test('pieces grow up to the longest there is, and whatever has much to send waits for what is tried', () => {
  const size = new PieceSize();
  expect([next(size, MUCH, 0), next(size, MUCH, 0), next(size, 3_000, 0)]).toEqual([
    ...[4_096, null, 2_048],
  ]);
  size.came(4_096);
  expect([next(size, MUCH, 0), next(size, MUCH, 0)]).toEqual([8_192, null]);
  size.came(8_192);
  expect([next(size, MUCH, 0), next(size, MUCH, 0)]).toEqual([8_192, 8_192]);
});

test('where little is left nothing is tried', () => {
  const size = new PieceSize();
  expect([next(size, 8_000, 0), next(size, 8_192, 0)]).toEqual([2_048, 4_096]);
});

test('where a longer piece froze the next is tried later, and later still', () => {
  const size = new PieceSize();
  let tries = 0;
  for (let now = 0; now < HOUR; now += 1_000) {
    const bytes = next(size, MUCH, now);
    if (bytes === LIMITS.surelySip) continue;
    tries++;
    size.froze(bytes ?? 0, now);
  }
  expect(tries).toBe(6);
});

test('where pieces freeze that have passed before, shorter ones are sent until they pass', () => {
  const size = new PieceSize();
  for (const bytes of [4_096, 8_192]) size.came(bytes);
  size.froze(8_192, 0);
  expect(next(size, MUCH, 0)).toBe(4_096);
  size.froze(4_096, 0);
  expect(next(size, MUCH, 0)).toBe(2_048);
});

test('whatever comes through and does not, no piece is shorter than what surely passes, nor too long, and none waits for ever', () => {
  const event = fc.record({
    left: fc.nat(30_000),
    fate: fc.constantFrom('came', 'froze', 'gaveUp'),
  });
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const size = new PieceSize();
      for (const [minute, { left, fate }] of events.entries()) {
        const now = minute * 60_000;
        const bytes = next(size, left, now) ?? 0;
        expect(bytes).toBeGreaterThanOrEqual(LIMITS.surelySip);
        expect(bytes).toBeLessThanOrEqual(LIMITS.sip);
        const length = Math.min(bytes, left);
        if (fate === 'came') size.came(length);
        else if (length > LIMITS.surelySip) size[fate as 'froze' | 'gaveUp'](length, now);
      }
    }),
  );
});
