/** Adding people whom this device knows from other chats, and removing them, with each of their devices. */
import { equal } from '@polynya/protocol/bytes';
import { type ChatId, type PersonId, Problem } from './api.ts';
import { findPerson } from './conversation/people.ts';
import { devicesOf, leavesOf, standingFor } from './conversation/roster.ts';
import type { Person } from './conversation/state.ts';
import type { Device } from './device.ts';
import { takeFor } from './inbox/taking.ts';
import { handoverSaved } from './invite/handover.ts';
import { commit } from './waiting.ts';

/** @throws Problem 'no-contact', 'already-member', 'group-full', 'offline' */
export async function addPeople(
  device: Device,
  chat: ChatId,
  people: readonly PersonId[],
): Promise<void> {
  const { state } = device.conversation(chat).held;
  if (people.every((person) => findPerson(state, person)?.here))
    throw new Problem('already-member');
  const wanted = people.filter((person) => !findPerson(state, person)?.here);
  const taken = (await Promise.all(wanted.map((one) => takeFor(device, chat, one)))).flat();
  await commit(device, chat, async (held) => {
    const missing = taken.filter(
      ({ handover }) => !isHere(held.state.people, handover.letter?.root),
    );
    if (missing.length === 0) return null;
    const handovers = missing.map(({ handover }) => handover);
    return {
      add: missing.map(({ keyPackage }) => keyPackage),
      handovers,
      saved: handovers.map((handover) => handoverSaved(chat, handover)),
    };
  });
}

function isHere(people: readonly Person[], root: Uint8Array | undefined): boolean {
  return people.some((person) => person.here && root !== undefined && equal(person.root, root));
}

export async function removePerson(device: Device, chat: ChatId, person: PersonId): Promise<void> {
  await commit(device, chat, async ({ group }) => {
    const leaves = leavesOf(group);
    if (devicesOf(leaves, person).length === 0) return null;
    return { remove: standingFor(leaves, person).map(({ leaf }) => leaf) };
  });
}
