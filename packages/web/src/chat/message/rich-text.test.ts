/** The little Markdown of messages, and that no text is lost or made up by it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText, richText } from './rich-text.ts';

const shown = (text: string, names: string[] = []) =>
  richText(text, names).map(({ kind, text: part }) => `${kind}:${part}`);

describe('richText', () => {
  it('marks code, strong, emphasis and links', () => {
    expect(shown('see `a_b_c` **now** _or_ https://a.example/b?c=d.')).toEqual([
      'text:see ',
      'code:a_b_c',
      'text: ',
      'strong:now',
      'text: ',
      'emphasis:or',
      'text: ',
      'link:https://a.example/b?c=d',
      'text:.',
    ]);
  });

  it('leaves names_with_lines and other schemes alone', () => {
    expect(shown('snake_case_name javascript:alert(1)')).toEqual([
      'text:snake_case_name javascript:alert(1)',
    ]);
  });

  it('marks mentions by the longest name, and only of those mentioned', () => {
    expect(shown('@Anna Maria and @Anna, not @Boris', ['Anna', 'Anna Maria'])).toEqual([
      'mention:@Anna Maria',
      'text: and ',
      'mention:@Anna',
      'text:, not @Boris',
    ]);
  });

  it('marks blocks of code, in which nothing else is marked, and quoted lines', () => {
    expect(shown('so:\n```ts\nconst a = **b**;\n```\n> he said\n> _that_\nand went')).toEqual([
      'text:so:\n',
      'block:const a = **b**;',
      'quote:he said\n_that_',
      'text:and went',
    ]);
    expect(shown('5 > 4\n``` open')).toEqual(['text:5 > 4\n``` open']);
  });

  it('keeps every letter that is no mark, in order', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }),
        (text, names) => {
          const plain = text.replace(/[`*_>\s]/g, '');
          expect(
            richText(text, names)
              .map((piece) => piece.text)
              .join('')
              .replace(/[`*_>\s]/g, ''),
          ).toBe(plain);
        },
      ),
    );
  });
});

describe('plainText', () => {
  it('is what is said, without the marks', () => {
    expect(plainText('**Thank you.** The code is `4815`')).toBe('Thank you. The code is 4815');
  });
});
