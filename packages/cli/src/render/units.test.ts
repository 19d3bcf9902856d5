import { expect, test } from 'vitest';
import { localTime, shortId, size, span } from './units.ts';

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

test('a span is in words that a person would use', () => {
  const minute = 60_000;
  const spans = [
    1,
    minute,
    6 * minute,
    119 * minute,
    120 * minute,
    47 * 60 * minute,
    72 * 60 * minute,
  ];
  expect(spans.map(span)).toEqual([
    '1 minute',
    '1 minute',
    '6 minutes',
    '119 minutes',
    '2 hours',
    '47 hours',
    '3 days',
  ]);
});
