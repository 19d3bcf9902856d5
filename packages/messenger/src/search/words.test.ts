/** Words and their stems: what a person types finds the other forms of it. */
import { describe, expect, it } from 'vitest';
import { excerptAround } from './excerpt.ts';
import { stemOf, wordsOf } from './words.ts';

describe('a stem', () => {
  it.each([
    ['бабушка', 'бабушке', 'бабушкой', 'бабушками'],
    ['ключ', 'ключа', 'ключами', 'ключей'],
    ['важная', 'важный', 'важного', 'важными'],
    ['бегал', 'бегали', 'бегала'],
    ['прочитавши', 'прочитав'],
    ['страннейший', 'странный'],
    ['meet', 'meeting', 'meetings', 'meets'],
    ['relational', 'relate', 'relates'],
    ['happy', 'happiness'],
    ['hope', 'hoped', 'hoping'],
    ['cat', 'cats'],
  ])('of %s is that of its other forms', (...forms) => {
    expect(new Set(forms.map(stemOf)).size, forms.map(stemOf).join()).toBe(1);
  });

  it('keeps words apart that only begin alike', () => {
    expect(stemOf('банк')).not.toBe(stemOf('банан'));
    expect(stemOf('university')).not.toBe(stemOf('uncle'));
    expect(stemOf('kött')).toBe('kött');
  });
});

it('words are in lower case, without accents on "е", digits among them', () => {
  expect(wordsOf('Ёлка в 18:30, «Дом-7»!')).toEqual(['елка', 'в', '18', '30', 'дом', '7']);
});

it('an excerpt begins near the first word found and says where the words stand', () => {
  const long = `${'слово '.repeat(60)}ключи от подвала ${'ещё '.repeat(60)}`;
  const { text, marks } = excerptAround(long, ['ключ']);
  expect(text.length).toBeLessThan(170);
  expect(marks.map(([from, to]) => text.slice(from, to))).toEqual(['ключи']);
});
