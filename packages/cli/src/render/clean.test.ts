import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanJson, cleanLine, cleanText, excerpt } from './clean.ts';

const ESC = '\u001b';
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

test('what a terminal would obey becomes visible (ECMA-48)', () => {
  expect(cleanText(`${ESC}[2Jgone${ESC}]0;title\u0007`)).toBe('␛[2Jgone␛]0;title␇');
  expect(cleanText('a\u009b31mb\u007f')).toBe('a�31mb␡');
  expect(cleanText('over\rwritten')).toBe('over␍written');
});

test('text that would be shown in another order is not (Unicode bidirectional overrides)', () => {
  expect(cleanLine('exe.\u202egpj')).toBe('exe.�gpj');
});

test('a text of several lines cannot look like another message', () => {
  expect(cleanText('hi\n12:00 Ann: no\r\nyes', '  ')).toBe('hi\n  12:00 Ann: no\n  yes');
});

test('a name is one line without what is invisible', () => {
  expect(cleanLine(' An\u200bn\n\tB. ')).toBe('Ann B.');
  expect(cleanLine('👩‍👧')).toBe('👩‍👧');
});

test('an excerpt counts letters, not halves of them', () => {
  expect(excerpt('🧊🧊🧊🧊', 3)).toBe('🧊🧊…');
  expect(excerpt('abc', 3)).toBe('abc');
});

test('nothing that a terminal obeys is left of any text (property)', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, (any) => {
      expect(cleanText(any)).not.toMatch(OBEYED);
      expect(cleanLine(any)).not.toMatch(OBEYED);
      expect(cleanLine(any)).not.toContain('\n');
      expect(cleanJson({ any })).not.toMatch(OBEYED);
    }),
  );
});

test('JSON is still the same value (property)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (any) => {
      expect(JSON.parse(cleanJson({ any }))).toEqual({ any });
      expect(cleanJson({ any })).not.toContain('\n');
    }),
  );
});
