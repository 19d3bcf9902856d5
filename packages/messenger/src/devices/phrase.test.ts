import fc from 'fast-check';
import { expect, test } from 'vitest';
import { phraseOf, seedOf } from './phrase.ts';

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('a phrase of 15 groups of four gives the seed back, however it is typed (property)', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const phrase = phraseOf(seed);
      expect(phrase).toMatch(/^([0-9A-HJKMNP-TV-Z]{4} ){14}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(seedOf(phrase)).toEqual(seed);
      const typed = phrase
        .toLowerCase()
        .replaceAll(' ', '-')
        .replaceAll('0', 'o')
        .replaceAll('1', 'l');
      expect(seedOf(` ${typed}\n`)).toEqual(seed);
    }),
  );
});

test('one wrong letter, a missing one or two that changed places are refused (property)', () => {
  fc.assert(
    fc.property(seeds, fc.nat(58), fc.integer({ min: 1, max: 31 }), (seed, at, by) => {
      const letters = phraseOf(seed).replaceAll(' ', '');
      const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
      const [one = '', next = ''] = [letters[at], letters[at + 1]];
      const other = alphabet[(alphabet.indexOf(one) + by) % 32] ?? '';
      const around = (middle: string) => letters.slice(0, at) + middle + letters.slice(at + 2);
      const wrong = [
        around(other + next),
        around(one),
        ...(one === next ? [] : [around(next + one)]),
      ];
      for (const phrase of wrong) {
        expect(() => seedOf(phrase)).toThrow(expect.objectContaining({ code: 'phrase-wrong' }));
      }
    }),
  );
});
