import { expect, test } from 'vitest';
import { seeded } from '../random.ts';
import { judged, type Sample } from './times.ts';

const WAYS = Array.from({ length: 8 }, (_, index) => `/way-${index}`);
const NAME = 'bakery.example';

/** As the row takes them, by default; `slow` is what an answer takes more, ms. */
function samples(seed: number, slow: (way: string, lot: Sample['lot']) => number): Sample[] {
  const chance = seeded(seed);
  const usual = () => 0.15 + 0.05 * chance() + (chance() > 0.9 ? 3 * chance() : 0);
  return Array.from({ length: 1_000 }, (_, round) => WAYS[round % WAYS.length] ?? '').flatMap(
    (like) =>
      (['GET', 'POST'] as const).flatMap((kind) =>
        (['near', 'never', 'decoy'] as const).map((lot) => {
          const more = kind === 'GET' ? slow(like, lot) : 0;
          return { kind, lot, like, ms: usual() + more };
        }),
      ),
  );
}

test('one way of being near the secret path that always takes longer is found, though it is one of eight', () => {
  for (let seed = 0; seed < 20; seed++) {
    const all = samples(seed, (way, lot) => (way === '/way-5' && lot === 'near' ? 4 : 0));
    expect(judged(NAME, all).found).toEqual([
      'GET near the secret path takes another time, most of all one like /way-5',
    ]);
  }
});

test('what all of them take more is found, though it is little in each', () => {
  const { found } = judged(
    NAME,
    samples(1, (_, lot) => (lot === 'near' ? 0.01 : 0)),
  );
  expect(found).toHaveLength(1);
});

test('chance alone is nothing, however many ways there are', () => {
  for (let seed = 0; seed < 100; seed++) {
    expect(
      judged(
        NAME,
        samples(seed, () => 0),
      ).found,
    ).toEqual([]);
  }
});
