/** Where the leaves of own devices differ from the list: who is to be added to a conversation, and who to be removed. */
import { equal } from '@polynya/protocol/bytes';
import type { ContactCard } from '@polynya/protocol/content';
import type { Held } from '../conversation/held.ts';
import { findPerson } from '../conversation/people.ts';
import { devicesOf, type Leaf, leavesOf } from '../conversation/roster.ts';
import type { Device } from '../device.ts';
import { devicesIn, lists } from '../identity/device-list.ts';

/** Listed, and without a leaf. Own devices share one server: what one of them joined elsewhere stays its own. */
export function missingIn(device: Device, { group, state }: Held): Uint8Array[] {
  const { self, homeLink } = device;
  if (!equal(state.server, homeLink.server.identity)) return [];
  const leaves = devicesOf(leavesOf(group), self.person);
  return devicesIn(self.list).filter(
    (one) => !leaves.some(({ signatureKey }) => equal(signatureKey, one)),
  );
}

/** Own leaves, and own seats, of devices that the list has no more. */
export function strangersIn({ self }: Device, { group }: Held): Leaf[] {
  return leavesOf(group).filter(
    ({ person, signatureKey, madeBy }) =>
      person === self.person && !lists(self.list, madeBy ?? signatureKey),
  );
}

/** How to reach another own device on this server: what it said itself, else what was agreed when it was linked. */
export function cardOf(
  device: Device,
  other: Uint8Array,
  server: Uint8Array,
  agreed: ContactCard | null,
): ContactCard | null {
  const { group, person } = device.self;
  for (const { held } of device.conversations.values()) {
    if (!group || !equal(held.state.log, group)) continue;
    const said = findPerson(held.state, person)?.cards.find((one) => equal(one.device, other));
    if (said && equal(said.card.identity, server)) return said.card;
  }
  return agreed && equal(agreed.identity, server) ? agreed : null;
}
