import fc from 'fast-check';
import { expect, it } from 'vitest';
import { moved, WHOLE, zoomed } from './zoom.ts';

const coordinate = fc.integer({ min: -500, max: 500 });

it('what is pointed at stays where it is while a picture grows', () => {
  fc.assert(
    fc.property(
      coordinate,
      coordinate,
      fc.double({ min: 1.1, max: 7, noNaN: true }),
      (x, y, by) => {
        const { scale, x: movedX, y: movedY } = zoomed(WHOLE, by, { x, y });
        // The point of the picture that lay at (x, y) lies at its middle plus `scale` times as much.
        expect(movedX + scale * x).toBeCloseTo(x);
        expect(movedY + scale * y).toBeCloseTo(y);
      },
    ),
  );
});

it('it grows eight times at most, and is whole again at the least', () => {
  expect(zoomed(WHOLE, 100, { x: 0, y: 0 }).scale).toBe(8);
  const near = zoomed(WHOLE, 3, { x: 40, y: 2 });
  expect(zoomed(near, 0.01, { x: 9, y: 9 })).toEqual(WHOLE);
});

it('it is not moved off its stage', () => {
  const stage = { width: 400, height: 300 };
  expect(moved(WHOLE, { x: 50, y: 50 }, stage)).toEqual(WHOLE);
  const twice = { scale: 2, x: 0, y: 0 };
  expect(moved(twice, { x: 1000, y: -1000 }, stage)).toEqual({ scale: 2, x: 200, y: -150 });
});
