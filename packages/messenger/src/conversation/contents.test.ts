import { fromHex } from '@polynya/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { applyContent, mayPin } from './contents.ts';
import { blankPerson, idOf } from './people.ts';
import { blankState, type ConversationState } from './state.ts';

/** A group of so many people, the first an admin. */
function group(count: number, more: Partial<ConversationState> = {}): ConversationState {
  const people = Array.from({ length: count }, (_, at) => ({
    ...blankPerson(new Uint8Array(32).fill(at + 1)),
    admin: at === 0,
    here: true,
  }));
  const zeros = new Uint8Array(32);
  const known = { server: zeros, log: zeros.slice(16), token: zeros, hash: zeros, title: '' };
  const begun = { phase: 'active', direct: false, since: 0, cursor: 0, firstEpoch: 0 } as const;
  return { ...blankState({ ...known, ...begun, people }), ...more };
}
const member = (state: ConversationState, at: number) =>
  idOf(state.people[at] ?? blankPerson(new Uint8Array(32)));

describe('a pin', () => {
  it('counts from anybody among eight, and from an admin alone among more', () => {
    const counts = [8, 9].map((size) => {
      const state = group(size);
      return [mayPin(state, member(state, 0)), mayPin(state, member(state, 5))];
    });
    expect(counts).toEqual([
      [true, true],
      [true, false],
    ]);
  });

  it('counts from anybody again once people went', () => {
    const state = group(9);
    const people = state.people.map((person, at) => ({ ...person, here: at !== 8 }));
    expect(mayPin({ ...state, people }, member(state, 5))).toBe(true);
  });

  it('is told of where it counts, and its end is not', () => {
    const target = fromHex('ab'.repeat(16));
    const told = (size: number, by: number, on: boolean) => {
      const state = group(size);
      const said = { kind: 'pin' as const, text: '', target, on };
      const applied = applyContent(state, member(state, by), new Uint8Array(32), said);
      expect(applied.state).toBe(state);
      return applied.events.map(({ event }) => event);
    };
    expect(told(8, 3, true)).toEqual(['pinned']);
    expect(told(8, 3, false)).toEqual([]);
    expect(told(9, 3, true)).toEqual([]);
    expect(told(9, 0, true)).toEqual(['pinned']);
  });
});
