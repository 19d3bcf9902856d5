/** What is said of texts that came where something else did not go as it should. */
import { expect, test } from 'vitest';
import { spoiled } from './talk.ts';

test('texts that came are not lost for what was found beside them, and those that did not stay lost', () => {
  const came = { passed: true, seconds: 1, why: null };
  expect(spoiled(came, 'a classifier tells')).toEqual({
    ...{ passed: false, delivered: true, seconds: 1, why: 'a classifier tells' },
  });
  const lost = { passed: false, seconds: null, why: 'nothing arrived' };
  expect(spoiled(spoiled(lost, 'a classifier tells'), 'was penned').delivered).toBe(false);
});
