import { expect, test } from 'vitest';
import { personId } from '../identity/person.ts';
import { membersChanged } from './membership.ts';
import { blankPerson, findPerson } from './people.ts';
import type { Leaf } from './roster.ts';
import {
  blankState,
  type ConversationState,
  decodeState,
  encodeState,
  type Person,
} from './state.ts';

const key = (n: number) => new Uint8Array(32).map((_, at) => (at === 0 ? n >> 8 : n & 255));

function leaf(n: number, at: number): Leaf {
  const root = key(n);
  const signatureKey = key(n);
  const person = personId(root);
  const list = { generation: 0, entries: [] };
  return { kind: 'device', root, person, signatureKey, list, madeBy: null, until: 0, leaf: at };
}

function stateOf(people: Person[]): ConversationState {
  const zero = new Uint8Array(32);
  return blankState({
    server: zero,
    log: zero.slice(0, 16),
    phase: 'active',
    direct: false,
    title: '',
    since: 0,
    token: zero,
    cursor: 0,
    hash: zero,
    firstEpoch: 0,
    people,
  });
}

test('a record holds however many people came and went, and keeps those who are here', () => {
  const anna = leaf(0, 0);
  let state = stateOf([{ ...blankPerson(anna.root), name: 'Anna', admin: true, here: true }]);
  for (let n = 1; n <= 600; n++) {
    const guest = leaf(n, 1);
    ({ state } = membersChanged(state, [anna], [anna, guest], anna));
    ({ state } = membersChanged(state, [anna, guest], [anna], anna));
    if (n % 100 === 0) state = decodeState(encodeState(state));
  }
  expect(findPerson(state, anna.person)).toMatchObject({ name: 'Anna', admin: true, here: true });
  expect(findPerson(state, leaf(600, 1).person)).toMatchObject({ here: false });
  expect(state.people.length).toBeLessThanOrEqual(512);
});

test('a seat that takes the leaf of a used one in the same Commit is not used itself', () => {
  const [anna, boris] = [leaf(0, 0), leaf(1, 2)];
  const seat = (n: number): Leaf => ({ ...leaf(0, 1), kind: 'seat', signatureKey: key(n) });
  const people = [blankPerson(anna.root), blankPerson(boris.root)];
  const cameBy = [{ leaf: 1, person: new Uint8Array(16) }];
  const state = { ...stateOf(people), cameBy };
  const before = [anna, seat(7), boris];
  expect(membersChanged(state, before, before, anna).state.cameBy).toEqual(cameBy);
  expect(membersChanged(state, before, [anna, boris], boris).state.cameBy).toEqual([]);
  expect(membersChanged(state, before, [anna, seat(8), boris], boris).state.cameBy).toEqual([]);
});
