/** What the search in a chat finds. */
import type { MessageView } from '@polynya/messenger/api';
import { expect, it } from 'vitest';
import { messagesWith } from './find-words.ts';

const said = (id: string, text: string, more: Partial<MessageView> = {}) =>
  ({ id, text, file: null, deleted: false, ...more }) as MessageView;

const messages = [
  said('1', 'Ключ от подвала у Веры'),
  said('2', 'The key to the cellar'),
  said('3', 'Ёлка в подвале, ключи там же'),
  said('4', 'key', { deleted: true }),
];

it('is every message that has all words, by their beginnings, the newest first', () => {
  expect(messagesWith('подвал ключ', messages)).toEqual(['3', '1']);
  expect(messagesWith('KEY', messages)).toEqual(['2']);
  expect(messagesWith('ey', messages)).toEqual([]);
});

it('takes е and ё for the same letter, and nothing for no words', () => {
  expect(messagesWith('елка', messages)).toEqual(['3']);
  expect(messagesWith(' . ', messages)).toEqual([]);
});
