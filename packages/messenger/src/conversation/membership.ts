/** Who came and who went by a Commit: people, not leaves. */

import { equal } from '@polynya/protocol/bytes';
import type { ChatEvent } from '../message-parts.ts';
import { idOf, withPerson, withSeatUsed } from './people.ts';
import { devicesOf, type Leaf } from './roster.ts';
import type { ConversationState, Person } from './state.ts';

/** People who went last, whose names are kept. */
const REMEMBERED = 256;

/** @param committer as it stood before the Commit */
export function membersChanged(
  state: ConversationState,
  before: readonly Leaf[],
  after: readonly Leaf[],
  committer: Leaf,
): { readonly state: ConversationState; readonly events: readonly ChatEvent[] } {
  const events: ChatEvent[] = [];
  let now: ConversationState = {
    ...state,
    cameBy: state.cameBy.filter((used) => seatStays(before, after, used.leaf)),
  };
  for (const { person, root } of newcomers(before, after)) {
    now = withPerson(now, root, { here: true, leaving: false, admin: false });
    if (committer.kind === 'seat') {
      now = withSeatUsed(now, committer, root);
      events.push({ event: 'joined', person, by: committer.person });
    } else {
      events.push({ event: 'added', person, by: committer.person });
    }
  }
  for (const gone of state.people) {
    const person = idOf(gone);
    if (!gone.here || devicesOf(after, person).length > 0) continue;
    const left = gone.leaving || committer.person === person;
    now = withPerson(now, gone.root, { here: false, leaving: false, admin: false });
    events.push(
      left ? { event: 'left', person } : { event: 'removed', person, by: committer.person },
    );
  }
  return { state: epochBegun(now), events };
}

function epochBegun(state: ConversationState): ConversationState {
  const people = state.people.map((person) => ({ ...person, wasAdmin: person.admin }));
  return { ...state, people: remembered(people) };
}

/** The record has room for so many: who lets people come and go without end must not overflow it. */
function remembered(people: readonly Person[]): Person[] {
  const gone = people.filter(({ here }) => !here);
  const forgotten = new Set(gone.slice(0, Math.max(0, gone.length - REMEMBERED)));
  return people.filter((person) => !forgotten.has(person));
}

function newcomers(before: readonly Leaf[], after: readonly Leaf[]): Leaf[] {
  const came = new Map<string, Leaf>();
  for (const leaf of after) {
    if (leaf.kind === 'device' && devicesOf(before, leaf.person).length === 0) {
      came.set(leaf.person, leaf);
    }
  }
  return [...came.values()];
}

/** One Commit may remove a seat and put another into its leaf, by which nobody came. */
function seatStays(before: readonly Leaf[], after: readonly Leaf[], leaf: number): boolean {
  const [was, is] = [before, after].map((leaves) => leaves.find((other) => other.leaf === leaf));
  return is?.kind === 'seat' && was !== undefined && equal(was.signatureKey, is.signatureKey);
}
