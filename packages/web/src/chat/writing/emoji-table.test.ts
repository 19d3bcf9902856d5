import { expect, it } from 'vitest';
import { EMOJI, emojiFor } from './emoji-table.ts';

it('every emoji stands once, with words in both languages', () => {
  expect(new Set(EMOJI.map(({ emoji }) => emoji)).size).toBe(EMOJI.length);
  for (const { emoji, en, ru } of EMOJI) {
    expect(emoji).toMatch(/^\p{Extended_Pictographic}/u);
    expect(en).toMatch(/^[a-z ]+$/);
    expect(ru).toMatch(/^[а-яё ]+$/);
  }
});

it('is found by the beginning of a word in either language, е standing for ё too', () => {
  const found = (text: string) => emojiFor(text).map(({ emoji }) => emoji);
  expect(found('hear')).toContain('❤️');
  expect(found('ёлк')).toEqual(['🎄']);
  expect(found('елк')).toEqual(['🎄']);
  expect(found('nonsense')).toEqual([]);
  expect(found('')).toHaveLength(EMOJI.length);
});
