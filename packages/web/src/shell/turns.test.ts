import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('four connections to a host are made at once, the next when the first is a minute old', () => {
  const turns = new Turns();
  for (const at of [0, 1_000, 2_000, 3_000]) {
    expect(turns.wait('a', at)).toBe(0);
    turns.take('a', at);
  }
  expect(turns.wait('a', 4_000)).toBe(57_000);
  expect(turns.wait('b', 4_000)).toBe(0);
  expect(turns.wait('a', 61_000)).toBe(0);
});
