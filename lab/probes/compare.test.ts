import { expect, test } from 'vitest';
import { seeded } from '../random.ts';
import { timesDiffer } from './compare.ts';

/** Times as a busy machine gives them: mostly near one, now and then twenty times as much. */
function times(shift: number, seed: number): number[] {
  const chance = seeded(seed);
  return Array.from(
    { length: 60 },
    () => shift + 1 + chance() + (chance() > 0.9 ? 20 * chance() : 0),
  );
}

test('times of the same making are not told apart, whatever the machine does between', () => {
  const alarms = Array.from({ length: 300 }, (_, seed) =>
    timesDiffer(times(0, seed), times(0, seed + 1_000)),
  );
  expect(alarms.filter(Boolean)).toEqual([]);
});

test('times that are all longer by half of their spread are', () => {
  for (let seed = 0; seed < 50; seed++) {
    expect(timesDiffer(times(0, seed), times(0.6, seed + 1_000))).toBe(true);
  }
});
