import { expect, test } from 'vitest';
import type { ConversationState } from '../conversation/state.ts';
import { earlierBreaks, pauseBefore } from './branch.ts';

const DAY = 86_400_000;

function broken(times: number, at: number): ConversationState {
  const refounded = { times, at } as ConversationState['refounded'];
  return { refounded } as ConversationState;
}

test('breaks in a row are answered more slowly, up to a minute; a day later one is the first again', () => {
  expect(pauseBefore({ refounded: null } as ConversationState, 0)).toBe(0);
  const pauses = [1, 2, 3, 4, 1_000].map((times) => pauseBefore(broken(times, 0), DAY - 1));
  expect(pauses).toEqual([10_000, 60_000, 60_000, 60_000, 60_000]);
  expect(pauseBefore(broken(1_000, 0), DAY)).toBe(0);
  expect(earlierBreaks(broken(3, 0), DAY - 1)).toBe(3);
});
