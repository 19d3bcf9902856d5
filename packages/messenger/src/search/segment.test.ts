/** The index of a block finds what reading all of it would find, and nothing else. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MessageRow } from '../timeline/row.ts';
import { kindsOf, needsOf, placesOf, saidIn, segmentOf } from './segment.ts';
import { stemOf, wordsOf } from './words.ts';

const WORDS = ['мама', 'мамы', 'мамонт', 'key', 'keys', 'keyboard', 'дом', '7', 'http://a.b', ''];
const rows = fc
  .array(
    fc.record({
      text: fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }).map((words) => words.join(' ')),
      sender: fc.constantFrom('aa', 'bb'),
      deleted: fc.boolean(),
      seq: fc.nat({ max: 2_000 }),
    }),
    { maxLength: 40 },
  )
  .map((all) => {
    const block = all.filter(({ seq }) => Math.floor(seq / 512) === 2);
    return [...new Map(block.map((one) => [one.seq, one])).values()].map(
      (one) => ({ at: 1_000, file: null, poll: null, ...one }) as unknown as MessageRow,
    );
  });
const wanted = fc.record({
  words: fc.array(fc.constantFrom('м', 'мам', 'мамами', 'key', 'keyb', 'дома', '7', 'нет'), {
    maxLength: 2,
  }),
  person: fc.constantFrom(undefined, 'aa', 'b'),
  kind: fc.constantFrom(undefined, 'link' as const),
});

it('of any rows, for any words, persons and kinds (property)', () => {
  fc.assert(
    fc.property(rows, wanted, (all, what) => {
      const fits = (row: MessageRow) =>
        !row.deleted &&
        (what.person === undefined || row.sender === what.person) &&
        (what.kind === undefined || kindsOf(row).includes(what.kind)) &&
        what.words.every((word) =>
          wordsOf(saidIn(row)).some(
            (said) => said.startsWith(word) || stemOf(said) === stemOf(word),
          ),
        );
      const places = all.filter(fits).map(({ seq }) => (seq ?? 0) % 512);
      expect(placesOf(segmentOf(all), needsOf(what))).toEqual(places.sort((a, b) => a - b));
    }),
  );
});
