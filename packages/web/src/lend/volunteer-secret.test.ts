import { expect, test } from 'vitest';
import { linkToLendBy, volunteerSecret } from './volunteer-secret.ts';

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

test('the secret of a tab is drawn once', () => {
  const tab = memory();
  const first = volunteerSecret(tab);
  expect(first.length).toBe(32);
  expect(volunteerSecret(tab)).toEqual(first);
  expect(volunteerSecret(memory())).not.toEqual(first);
});

test('a link to lend by is known by its fragment, and remembered over a reload', () => {
  const tab = memory();
  expect(linkToLendBy('https://a/#lend', tab)).toEqual({});
  expect(linkToLendBy('https://a/#lend.hQAB-_', tab)).toEqual({ invite: 'hQAB-_' });
  expect(linkToLendBy('https://a/#lend', tab)).toEqual({ invite: 'hQAB-_' });
  for (const other of [null, 'https://a/', 'https://a/#hQAB', 'https://a/#lend.é']) {
    expect(linkToLendBy(other, tab)).toBeNull();
  }
});
