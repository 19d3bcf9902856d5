/** Who stands in the leaves of a group: each leaf's credential, read once. */
import type { Group, Identity, Member } from '@polynya/mls/engine';
import { equal } from '@polynya/protocol/bytes';
import type { DeviceList } from '@polynya/protocol/device-list';
import type { PersonId } from '../api.ts';
import { type Credential, decodeCredential } from '../identity/credential.ts';
import { personId } from '../identity/person.ts';

export interface Stander {
  readonly kind: 'device' | 'seat';
  /** Of a seat: its inviter. */
  readonly person: PersonId;
  readonly root: Uint8Array;
  readonly signatureKey: Uint8Array;
  /** The person's devices, as this leaf knew them when it came. */
  readonly list: DeviceList;
  /** Of a seat: the signature key of the device that made it. */
  readonly madeBy: Uint8Array | null;
  /** Of a seat: seconds since 1970. */
  readonly until: number;
}
export interface Leaf extends Stander {
  readonly leaf: number;
}

/** @throws ProtocolError 'malformed'; never for a leaf that the authentication service accepted */
export function standerOf({ credential, signatureKey }: Identity): Stander {
  const decoded: Credential = decodeCredential(credential);
  const { kind, root, list } = decoded;
  const seat = decoded.kind === 'seat' ? decoded : null;
  const [madeBy, until] = [seat?.device ?? null, seat?.until ?? 0];
  return { kind, root, person: personId(root), signatureKey, list, madeBy, until };
}

export function leafOf(member: Member): Leaf {
  return { ...standerOf(member), leaf: member.leaf };
}

export function leavesOf(group: Pick<Group, 'members'>): Leaf[] {
  return group.members.map(leafOf);
}

export function devicesOf(leaves: readonly Leaf[], person: PersonId): Leaf[] {
  return leaves.filter((leaf) => leaf.kind === 'device' && leaf.person === person);
}

/** Everything that lets this person read: their devices, and the seats that they made. */
export function standingFor(leaves: readonly Leaf[], person: PersonId): Leaf[] {
  return leaves.filter((leaf) => leaf.person === person);
}

/** Seats whose inviter stands in the group no more. */
export function orphanedSeats(leaves: readonly Leaf[]): Leaf[] {
  return leaves.filter(
    ({ kind, person }) => kind === 'seat' && devicesOf(leaves, person).length === 0,
  );
}

/** Whether the device that made this seat stands in the group, as a device of the seat's root. */
export function inviterStands(seat: Stander, leaves: readonly Leaf[]): boolean {
  return leaves.some(
    ({ kind, root, signatureKey }) =>
      kind === 'device' &&
      seat.madeBy !== null &&
      equal(root, seat.root) &&
      equal(signatureKey, seat.madeBy),
  );
}
