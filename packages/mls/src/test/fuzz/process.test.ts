/**
 * A short form of what `npm run fuzz` does at length. For every input that it finds, a test beside the code.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { RUNS } from '../runs.ts';
import { Dice } from './mutate.ts';
import { INSIDE, isUnharmed, OUTSIDE, type Scenario, swallow } from './scenarios.ts';

const INPUTS = 400 * RUNS;
const patience = { timeout: 60_000 * RUNS };

afterAll(() => {
  expect(isUnharmed()).toBe(true);
});

const swallowed = async (scenario: Scenario) => {
  await swallow(scenario, new Dice(scenario.name.length), INPUTS);
};

describe('from outside, every damaged', patience, () => {
  test.each(OUTSIDE)('$name is refused by an MlsError', swallowed);
});

describe('from an insider, sealed and signed as it should be, every damaged', patience, () => {
  test.each(INSIDE)('$name is taken or refused by an MlsError', swallowed);
});
