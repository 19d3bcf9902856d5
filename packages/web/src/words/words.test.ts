/** Both languages say everything, and nothing that no view asks for. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bestLocale } from './catalogues.ts';
import { en as enWords } from './en.ts';
import { enExtras } from './en-extras.ts';
import { createFormats } from './format.ts';
import { counted } from './plural.ts';
import { ru as ruWords } from './ru.ts';
import { ruExtras } from './ru-extras.ts';

const en = { ...enWords, ...enExtras };
const ru = { ...ruWords, ...ruExtras };

const sources = globSync('**/*.{ts,tsx}', {
  cwd: join(import.meta.dirname, '..'),
  exclude: ['words/{en,ru}*.ts', '**/*.test.ts'],
}).map((file) => readFileSync(join(import.meta.dirname, '..', file), 'utf8'));
const asked = new Set(
  sources.flatMap((source) => [...source.matchAll(/\bt\(\)\s*\.(\w+)/g)].map(([, key]) => key)),
);

describe('the catalogues', () => {
  it('have the same keys and kinds', () => {
    const shape = (words: object) =>
      Object.entries(words).map(([key, value]) => [key, typeof value, value.length ?? 0] as const);
    const kinds = (words: object) => shape(words).map(([key, kind]) => `${key} ${kind}`);
    expect(kinds(ru)).toEqual(kinds(en));
    expect(Object.keys(ru.problem)).toEqual(Object.keys(en.problem));
  });

  it('leave nothing empty', () => {
    for (const words of [en, ru]) {
      const strings = [...Object.values(words), ...Object.values(words.problem)];
      expect(strings.filter((value) => value === '')).toEqual([]);
    }
  });

  it('hold no key that no view uses', () => {
    expect(Object.keys(en).filter((key) => !asked.has(key))).toEqual([]);
  });

  it('are written in their own script', () => {
    const latin = Object.entries(ru).filter(
      ([, value]) => typeof value === 'string' && !/[а-яё]/i.test(value),
    );
    expect(latin).toEqual([]);
  });
});

describe('counted', () => {
  it('takes the Russian forms for one, few and many', () => {
    const files = { one: 'файл', few: 'файла', many: 'файлов', other: 'файла' };
    const n = counted('ru');
    expect([1, 2, 5, 11, 21, 104].map((count) => n(count, files))).toEqual([
      '1 файл',
      '2 файла',
      '5 файлов',
      '11 файлов',
      '21 файл',
      '104 файла',
    ]);
  });
});

describe('bestLocale', () => {
  it('is the first language wanted that the page speaks, else English', () => {
    expect(bestLocale(['de-DE', 'ru-RU', 'en'])).toBe('ru');
    expect(bestLocale(['fi'])).toBe('en');
    expect(bestLocale([])).toBe('en');
  });
});

describe('formats', () => {
  const now = new Date(2026, 1, 12, 12).getTime();
  it('name days of the last week and date older ones', () => {
    const { day } = createFormats('en');
    expect(day(now - 60_000, now)).toBe('today');
    expect(day(new Date(2026, 1, 11, 23, 59).getTime(), now)).toBe('yesterday');
    expect(day(new Date(2026, 1, 9).getTime(), now)).toBe('Monday');
    expect(day(new Date(2026, 1, 5).getTime(), now)).toBe('February 5');
    expect(day(new Date(2025, 1, 9).getTime(), now)).toBe('February 9, 2025');
  });

  it('give sizes in units that fit, in the language', () => {
    expect([0, 999, 1500, 20_000_000].map(createFormats('en').size)).toEqual([
      '0 byte',
      '999 byte',
      '1.5 kB',
      '20 MB',
    ]);
    expect(createFormats('ru').size(2_500_000)).toBe('2,5 МБ');
  });
});
