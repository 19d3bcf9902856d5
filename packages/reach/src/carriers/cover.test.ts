import { expect, test } from 'vitest';
import { systemRandom } from '../clock.ts';
import { Cover } from './cover.ts';

const cover = new Cover(systemRandom(16), systemRandom);

test('a query that is repeated is answered by the same bytes, or other ones under another salt', () => {
  const query = cover.coverQuery(Uint8Array.of(1));
  const [same, again, other] = [2, 2, 3].map((said) =>
    cover.coverAnswer(query, Uint8Array.of(said)),
  );
  expect(again).toEqual(same);
  expect(other?.subarray(0, 4)).not.toEqual(same?.subarray(0, 4));
  expect(other && cover.openAnswer(query, other)).toEqual(Buffer.of(3));
});

test('an answer opens as that to its query, and to no other', () => {
  const [one, two] = [cover.coverQuery(Uint8Array.of(1)), cover.coverQuery(Uint8Array.of(1))];
  const answer = cover.coverAnswer(one, Uint8Array.of(2));
  expect(cover.openAnswer(one, answer)).toEqual(Buffer.of(2));
  expect(cover.openAnswer(two, answer)).toBeNull();
});
