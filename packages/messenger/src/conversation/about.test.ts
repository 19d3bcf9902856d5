import type { About } from '@polynya/protocol/content';
import { expect, test } from 'vitest';
import { personBytes, personId } from '../identity/person.ts';
import { peopleFrom } from './about.ts';
import { idOf } from './people.ts';
import type { Leaf } from './roster.ts';

const [anna, boris, ghost] = [1, 2, 3].map((n) => new Uint8Array(32).fill(n)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

function leaf(root: Uint8Array, at: number, kind: Leaf['kind'] = 'device'): Leaf {
  const signatureKey = new Uint8Array(32).fill(100 + at);
  const list = { generation: 0, entries: [] };
  const person = personId(root);
  return { kind, root, person, signatureKey, list, madeBy: null, until: 0, leaf: at };
}

function told(...roots: Uint8Array[]): About {
  const unknown = { admin: true, cards: [], by: null, leaving: false };
  const people = roots.map((root) => ({ root, name: `Person ${root[0]}`, ...unknown }));
  return {
    direct: false,
    self: false,
    title: '',
    inviter: personBytes(anna),
    people,
    cameBy: [],
    timer: 0,
  };
}

test('a newcomer sees whoever stands in the group, once, whatever the inviter says', () => {
  const leaves = [leaf(anna, 0), leaf(anna, 1), leaf(ghost, 2), leaf(boris, 3, 'seat')];
  const people = peopleFrom(told(anna, anna, boris), leaves);
  expect(people.map(idOf)).toEqual([personId(anna), personId(ghost)]);
  expect(people[0]).toMatchObject({ name: 'Person 1', admin: true, wasAdmin: true, here: true });
  expect(people[1]).toMatchObject({ name: '', admin: false, wasAdmin: false, here: true });
});
