import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pooled } from './random-pool.ts';

/** Counts upwards in every four bytes, so that no four aligned bytes come twice. */
function counting() {
  const drawn: number[] = [];
  let next = 0;
  const random = (length: number) => {
    drawn.push(length);
    return Uint8Array.from({ length }, () => next++ & 0xff);
  };
  return { random, drawn };
}

test('all that is handed out is what the source gave, in its order, and nothing twice', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 48 }), { maxLength: 40 }), (lengths) => {
      const random = pooled(counting().random);
      const given = lengths.flatMap((length) => [...random(length)]);
      expect(given).toEqual(given.map((_, i) => i & 0xff));
    }),
  );
});

test('the source is asked once for many nonces, and for what is larger than the pool each time', () => {
  const { random, drawn } = counting();
  const draw = pooled(random);
  for (let i = 0; i < 100; i++) draw(12);
  expect(drawn).toEqual([4_096]);
  expect(draw(5_000)).toHaveLength(5_000);
  expect(drawn).toEqual([4_096, 5_000]);
});

test('what was handed out is the caller’s own: changing it changes nothing that comes later', () => {
  const draw = pooled(counting().random);
  draw(12).fill(0xff);
  expect([...draw(2)]).toEqual([12, 13]);
});
