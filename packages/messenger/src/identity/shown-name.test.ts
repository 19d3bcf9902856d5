import { expect, test } from 'vitest';
import { shownName } from './shown-name.ts';

test('a name keeps its letters, its emoji and its joiners', () => {
  for (const name of ['Анна Петровна', 'José', '👩‍👩‍👧', 'می‌خواهم', 'עדה'])
    expect(shownName(name)).toBe(name);
});

test('a name cannot turn what stands beside it, hide a letter or take a second line', () => {
  expect(shownName('photo\u202egpj.exe')).toBe('photogpj.exe');
  expect(shownName('An\u200bna\u2060\ufeff')).toBe('Anna');
  expect(shownName(' Anna\n\n#ab12 \u2067')).toBe('Anna #ab12');
  expect(shownName('Bo\u001b[2J\u0007')).toBe('Bo␛[2J␇');
});
