/** What an inviter tells a newcomer of the conversation (docs/protocol.md section 7), and how that is taken in. */
import type { About } from '@polynya/protocol/content';
import { personId } from '../identity/person.ts';
import type { Self } from '../identity/self.ts';
import { blankPerson, findPerson } from './people.ts';
import type { Leaf } from './roster.ts';
import type { ConversationState, Person } from './state.ts';

export function aboutOf(state: ConversationState, self: Self): About {
  const people = state.people.filter(({ here }) => here);
  return {
    direct: state.direct,
    self: state.self,
    title: state.title,
    inviter: self.personBytes,
    people: people.map(({ root, name, admin, cards, by, leaving }) => ({
      root,
      name,
      admin,
      cards,
      by,
      leaving,
    })),
    cameBy: state.cameBy,
    timer: state.timer,
  };
}

/** Whoever stands in the group, and nobody else: an inviter can neither hide a member nor make one up. */
export function peopleFrom(about: About, leaves: readonly Leaf[]): Person[] {
  const told = new Map(about.people.map((person) => [personId(person.root), person]));
  const standing = new Map(
    leaves.filter(({ kind }) => kind === 'device').map(({ person, root }) => [person, root]),
  );
  return [...standing].map(([id, root]) => {
    const person = { ...blankPerson(root), ...told.get(id), here: true };
    return { ...person, wasAdmin: person.admin };
  });
}

/** A direct conversation has the name of the other; a group its title. */
export function titleFor(state: ConversationState, me: string): string {
  if (!state.direct) return state.title;
  return peerOf(state, me)?.name ?? '';
}

/** The other person of a direct conversation, also when gone. */
export function peerOf(state: ConversationState, me: string): Person | undefined {
  const mine = findPerson(state, me);
  const others = state.people.filter((person) => person !== mine);
  return others.find(({ here }) => here) ?? others.at(-1);
}
