import { expect, test } from 'vitest';
import { localTime, shortId, size } from './units.ts';

test('sizes have the digits that matter', () => {
  expect([0, 999, 1000, 9940, 9960, 999_600, 23_400_000, 1.2e9].map(size)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '10 kB',
    '1.0 MB',
    '23 MB',
    '1200 MB',
  ]);
});

test('times are those of this place', () => {
  expect(localTime(new Date(2026, 1, 3, 4, 5).getTime())).toBe('2026-02-03 04:05');
});

test('ids are shown by their first eight letters', () => {
  expect(shortId('0123456789abcdef')).toBe('01234567');
});
