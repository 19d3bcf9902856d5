import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChatLine } from './chat-line.ts';

test('what does not begin with a slash is said as it is', () => {
  expect(parseChatLine('  hello ')).toEqual({ say: 'text', text: '  hello ' });
  expect(parseChatLine('//etc')).toEqual({ say: 'text', text: '/etc' });
  expect(parseChatLine(' ')).toEqual({ say: 'nothing' });
});

test('commands take a message, and the rest of the line', () => {
  expect(parseChatLine('/reply a1b2 yes, both')).toEqual({
    say: 'reply',
    message: 'a1b2',
    text: 'yes, both',
  });
  expect(parseChatLine('/react a1b2 🧊')).toEqual({ say: 'react', message: 'a1b2', emoji: '🧊' });
  expect(parseChatLine('/react a1b2')).toEqual({ say: 'react', message: 'a1b2', emoji: '' });
  expect(parseChatLine('/file my photo.jpg ')).toEqual({ say: 'file', path: 'my photo.jpg' });
  expect(parseChatLine('/save a1b2')).toEqual({ say: 'save', message: 'a1b2', path: '.' });
});

test('what is no command, or lacks something, is never sent as a text', () => {
  expect(parseChatLine('/reply a1b2')).toEqual({ say: 'wrong', usage: '/reply MESSAGE TEXT' });
  expect(parseChatLine('/qiut')).toEqual({ say: 'wrong', usage: undefined });
  expect(parseChatLine('/constructor')).toEqual({ say: 'wrong', usage: undefined });
});

test('every line is something (property)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (line) => {
      const parsed = parseChatLine(line);
      expect(parsed.say === 'text').toBe(
        line.trim() !== '' && (!line.startsWith('/') || line.startsWith('//')),
      );
    }),
  );
});
