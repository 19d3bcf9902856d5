import { expect, it } from 'vitest';
import { clock } from './clock.ts';

it('counts minutes and whole seconds', () => {
  expect([0, 999, 7_400, 60_000, 754_000].map(clock)).toEqual([
    '0:00',
    '0:00',
    '0:07',
    '1:00',
    '12:34',
  ]);
});
