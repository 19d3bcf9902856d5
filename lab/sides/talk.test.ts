/** What is said of texts that came, came again, or came where something else did not go as it should. */
import { expect, test } from 'vitest';
import { exchange, spoiled, type Talker } from './talk.ts';

/** Hears all at once, so often. */
const hearing = (times: number): Talker => ({
  say: () => undefined,
  heard: () => times,
  hears: async () => true,
  stop: async () => undefined,
});

test('a text that came twice is delivered, and the exchange does not pass', async () => {
  const told = (times: number) => exchange([hearing(1), hearing(times)], ['one', 'other'], 1);
  expect(await told(1)).toMatchObject({ passed: true, why: null });
  expect(await told(2)).toMatchObject({
    ...{ passed: false, delivered: true, why: 'a text arrived more than once' },
  });
});

test('texts that came are not lost for what was found beside them, and those that did not stay lost', () => {
  const came = { passed: true, seconds: 1, why: null };
  expect(spoiled(came, 'a classifier tells')).toEqual({
    ...{ passed: false, delivered: true, seconds: 1, why: 'a classifier tells' },
  });
  const lost = { passed: false, seconds: null, why: 'nothing arrived' };
  expect(spoiled(spoiled(lost, 'a classifier tells'), 'was penned').delivered).toBe(false);
});
