import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grep } from './seize.ts';

const encodings = ['utf8', 'hex', 'base64', 'base64url', 'utf16le'] as const;

test('a planted needle is found, in every form and wherever it lies (property)', () => {
  const noise = fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes));
  const needle = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 60 });
  const form = fc.constantFrom(...encodings);
  fc.assert(
    fc.property(noise, needle, noise, form, (before, text, after, encoding) => {
      const planted = encoding === 'utf16le' ? Buffer.from(text, 'utf16le') : Buffer.from(text);
      const whole = Buffer.concat([before, planted, after]);
      const file =
        encoding === 'utf8' || encoding === 'utf16le'
          ? whole
          : Buffer.from(whole.toString(encoding));
      expect(grep(new Map([['file', file]]), new Map([['text', Buffer.from(text)]]))).not.toEqual(
        [],
      );
    }),
  );
});

test('what is not there is not found', () => {
  const files = new Map([['file', Buffer.from('nothing of the kind')]]);
  expect(grep(files, new Map([['text', Buffer.from('a needle in the hay')]]))).toEqual([]);
});
