import { LIMITS } from '@polynya/protocol/limits';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PieceSize } from './piece-size.ts';

const MUCH = 1_000_000;
const HOUR = 3_600_000;

test('pieces grow up to the longest there is', () => {
  const size = new PieceSize();
  expect([size.usual, size.more(MUCH, 0)]).toEqual([2_048, 4_096]);
  size.came(4_096, 0);
  expect([size.usual, size.more(MUCH, 0)]).toEqual([4_096, 8_192]);
  size.came(8_192, 0);
  expect([size.usual, size.more(MUCH, 0), size.isMuch(MUCH)]).toEqual([8_192, null, false]);
});

test('where little is left nothing is tried', () => {
  const size = new PieceSize();
  expect([size.more(8_191, 0), size.more(8_192, 0)]).toEqual([null, 4_096]);
});

test('where a longer piece froze the next is tried later, and later still', () => {
  const size = new PieceSize();
  let tries = 0;
  for (let now = 0; now < HOUR; now += 1_000) {
    const more = size.more(MUCH, now);
    if (more === null) continue;
    tries++;
    size.froze(more, now, false);
  }
  expect([tries, size.usual]).toEqual([6, 2_048]);
});

test('what froze once is tried soon again where something longer came through since', () => {
  const size = new PieceSize();
  for (let times = 0; times < 5; times++) size.froze(4_096, 0, false);
  size.came(4_096, 0);
  size.froze(8_192, HOUR, false);
  expect(size.more(MUCH, HOUR + 60_000)).toBe(8_192);
});

test('where pieces freeze that have passed before, shorter ones are sent until they pass', () => {
  const size = new PieceSize();
  for (const bytes of [4_096, 8_192]) size.came(bytes, 0);
  size.froze(8_192, 0, false);
  expect(size.usual).toBe(4_096);
  size.froze(4_096, 0, false);
  expect(size.usual).toBe(2_048);
});

test('where nothing comes through at all, only what surely passes is sent', () => {
  const size = new PieceSize();
  for (const bytes of [4_096, 8_192]) size.came(bytes, 0);
  size.froze(8_192, 0, true);
  expect(size.usual).toBe(2_048);
});

test('a length passes that came through meanwhile, and none that is longer or came through before', () => {
  const size = new PieceSize();
  size.came(4_096, 1_000);
  expect([size.passes(4_096, 999), size.passes(4_096, 1_001), size.passes(4_097, 0)]).toEqual([
    true,
    false,
    false,
  ]);
  // What is shorter shows nothing.
  size.came(3_000, 2_000);
  expect(size.passes(4_096, 1_001)).toBe(false);
});

test('what came through stays the usual length though something longer freezes', () => {
  const size = new PieceSize();
  size.came(5_000, 0);
  size.froze(8_192, 0, false);
  expect(size.usual).toBe(5_000);
});

test('whatever comes through and does not, no piece is shorter than what surely passes, nor too long', () => {
  const event = fc.record({ left: fc.nat(30_000), came: fc.boolean(), alone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const size = new PieceSize();
      for (const [minute, { left, came, alone }] of events.entries()) {
        const now = minute * 60_000;
        const bytes = size.more(left, now) ?? size.usual;
        expect(bytes).toBeGreaterThanOrEqual(LIMITS.surelySip);
        expect(bytes).toBeLessThanOrEqual(LIMITS.sip);
        if (came) size.came(Math.min(bytes, left), now);
        else if (bytes > LIMITS.surelySip) size.froze(bytes, now, alone);
      }
    }),
  );
});
