import { expect, test } from 'vitest';
import { seeded } from '../random.ts';
import { compare } from './compare.ts';

/** Times as a busy machine gives them: mostly near one, now and then twenty times as much. */
function times(shift: number, seed: number, count = 800): number[] {
  const chance = seeded(seed);
  return Array.from(
    { length: count },
    () => shift + 1 + chance() + (chance() > 0.9 ? 20 * chance() : 0),
  );
}

test('times of the same making are not told apart, whatever the machine does between, be they many or few', () => {
  for (const count of [60, 800]) {
    const alarms = Array.from({ length: 200 }, (_, seed) =>
      compare(times(0, seed, count), times(0, seed + 1_000, count)),
    );
    expect(alarms.filter(({ differ }) => differ)).toEqual([]);
  }
});

test('times that are all longer by a quarter of their spread are told apart where there are many, by half of it where few', () => {
  for (let seed = 0; seed < 50; seed++) {
    expect(compare(times(0, seed), times(0.25, seed + 1_000)).differ).toBe(true);
    expect(compare(times(0, seed, 60), times(0.6, seed + 1_000, 60)).differ).toBe(true);
  }
});

test('a difference that is certain and helps nobody is none', () => {
  const [a, b] = [times(0, 1, 20_000), times(0.1, 2, 20_000)];
  expect(compare(a, b).distance).toBeGreaterThan(0.05);
  expect(compare(a, b).differ).toBe(false);
});

test('what is the furthest of many has to be further: chance had as many goes', () => {
  const [a, b] = [0, 40].map((from) => Array.from({ length: 125 }, (_, at) => from + at));
  expect(compare(a ?? [], b ?? [])).toEqual({ distance: expect.closeTo(0.32), differ: true });
  expect(compare(a ?? [], b ?? [], 8).differ).toBe(false);
});

test('the distance is the furthest that two distributions are from each other', () => {
  expect(compare([1, 2, 3, 4], [1, 2, 3, 4]).distance).toBe(0);
  expect(compare([1, 2], [3, 4]).distance).toBe(1);
  expect(compare([1, 2, 3, 4], [3, 4, 5, 6]).distance).toBe(0.5);
  expect(compare([2, 2, 2, 2], [2, 2, 3, 3]).distance).toBe(0.5);
});
