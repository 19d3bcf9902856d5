import { DIAGNOSES } from '@polynya/messenger/line/diagnosis';
import { expect, test } from 'vitest';
import { diagnosisLine, languageOf } from './words.ts';

test('every diagnosis has a sentence of its own in both languages', () => {
  for (const language of ['en', 'ru'] as const) {
    const said = DIAGNOSES.map((diagnosis) => diagnosisLine({ diagnosis, figure: null }, language));
    expect(new Set(said).size).toBe(DIAGNOSES.length);
    expect(said.every((line) => /^[A-ZА-Я].*\.$/.test(line))).toBe(true);
  }
});

test('a figure is told in units that people know', () => {
  const throttled = { diagnosis: 'throttled', figure: 5_600 } as const;
  expect(diagnosisLine(throttled, 'en')).toMatch(/ \(5\.6 kbit\/s\)$/);
  expect(diagnosisLine(throttled, 'ru')).toMatch(/ \(5,6 кбит\/с\)$/);
  expect(diagnosisLine({ diagnosis: 'throttled', figure: 128_000 })).toMatch(/ \(128 kbit\/s\)$/);
  const silent = { diagnosis: 'dns-removed', figure: 4_020 } as const;
  expect(diagnosisLine(silent)).toMatch(/ \(no answer in 4 s\)$/);
  expect(diagnosisLine(silent, 'ru')).toMatch(/ \(нет ответа 4 с\)$/);
  expect(diagnosisLine({ diagnosis: 'connections-policed', figure: 4 })).toMatch(/ \(4 pass\)$/);
});

test('the language is the environment’s, English unless it is Russian', () => {
  expect(languageOf({ LANG: 'ru_RU.UTF-8' })).toBe('ru');
  expect(languageOf({ LANG: 'ru_RU.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(languageOf({})).toBe('en');
});
