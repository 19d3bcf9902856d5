import { expect, it } from 'vitest';
import { away } from './auto-lock.ts';

function clocks() {
  const at = { day: 1_000_000, steady: 0 };
  return {
    at,
    absence: away(
      () => at.day,
      () => at.steady,
    ),
  };
}

it('counts from when somebody was there last', () => {
  const { at, absence } = clocks();
  at.day += 5_000;
  at.steady += 5_000;
  expect(absence.time()).toBe(5_000);
  absence.here();
  expect(absence.time()).toBe(0);
});

it('counts the sleep of a device whose steady clock stood still', () => {
  const { at, absence } = clocks();
  at.day += 3_600_000;
  expect(absence.time()).toBe(3_600_000);
});

it('gives nothing back when the clock of the day is set back', () => {
  const { at, absence } = clocks();
  at.day -= 86_400_000;
  at.steady += 60_000;
  expect(absence.time()).toBe(60_000);
});
