/** The people of a conversation's record: found, changed, and told apart. Every function returns a new record. */
import { toHex } from '@polynya/protocol/bytes';
import type { PersonId } from '../api.ts';
import { looks } from '../identity/look-alike.ts';
import { personBytes, personId } from '../identity/person.ts';
import type { Standing } from './policy.ts';
import type { Leaf } from './roster.ts';
import type { ConversationState, Person } from './state.ts';

const ids = new WeakMap<Uint8Array, PersonId>();

/** Hashing a root key once is enough. */
export function idOf(person: Pick<Person, 'root'>): PersonId {
  let id = ids.get(person.root);
  if (id === undefined) {
    id = personId(person.root);
    ids.set(person.root, id);
  }
  return id;
}

export function findPerson(state: ConversationState, id: PersonId): Person | undefined {
  return state.people.find((person) => idOf(person) === id);
}

const bearers = new WeakMap<readonly Person[], ReadonlyMap<string, readonly Person[]>>();

/** Those of these people whose name looks like this person's, who is one of them. */
export function namesakes(people: readonly Person[], id: PersonId): readonly Person[] {
  const name = people.find((person) => idOf(person) === id)?.name;
  if (!name) return [];
  let known = bearers.get(people);
  if (known === undefined) {
    known = Map.groupBy(people, (person) => looks(person.name));
    bearers.set(people, known);
  }
  return known.get(looks(name)) ?? [];
}

/** With `change` made to that person, who is taken in if unknown. */
export function withPerson(
  state: ConversationState,
  root: Uint8Array,
  change: Partial<Person>,
): ConversationState {
  const id = personId(root);
  const known = findPerson(state, id);
  const person: Person = { ...(known ?? blankPerson(root)), ...change };
  const others = state.people.filter((other) => other !== known);
  return { ...state, people: [...others, person] };
}

export function blankPerson(root: Uint8Array): Person {
  const flags = { admin: false, wasAdmin: false, leaving: false, here: false };
  return { root, name: '', cards: [], by: null, ...flags };
}

export function standingOf(state: ConversationState, leaves: readonly Leaf[]): Standing {
  const here = state.people.filter((person) => person.here);
  return {
    leaves,
    admins: new Set(here.filter(({ admin, wasAdmin }) => admin || wasAdmin).map(idOf)),
    leaving: new Set(here.filter(({ leaving }) => leaving).map(idOf)),
    cameBy: new Map(state.cameBy.map(({ leaf, person }) => [leaf, toHex(person)])),
  };
}

/** A seat is used: `root`'s device came by it. */
export function withSeatUsed(
  state: ConversationState,
  seat: Leaf,
  root: Uint8Array,
): ConversationState {
  const used = { leaf: seat.leaf, person: personBytes(root) };
  return {
    ...withPerson(state, root, { by: personBytes(seat.root) }),
    cameBy: [...state.cameBy.filter(({ leaf }) => leaf !== seat.leaf), used],
  };
}
