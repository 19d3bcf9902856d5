/** Which devices people have, as far as it is known here, and with which of them their safety number was compared. */
import { toHex } from '@polynya/protocol/bytes';
import type { PersonId } from '../api.ts';
import { devicesOf, type Leaf } from '../conversation/roster.ts';
import type { Device } from '../device.ts';
import { devicesIn } from '../identity/device-list.ts';

/** Signature keys by the newest list of that person, of whom there may be leaves among these; none where nothing is known. */
export function knownDevices(
  device: Device,
  person: PersonId,
  leaves: readonly Leaf[],
): Uint8Array[] {
  const list = device.lists.get(person)?.list ?? devicesOf(leaves, person)[0]?.list;
  return list ? devicesIn(list) : [];
}

/** As it is stored. @param devices none: see `ComparedWith` */
export function comparedWith(
  device: Device,
  person: PersonId,
  devices: readonly Uint8Array[],
): void {
  device.compared.set(person, devices.map(toHex));
  for (const conversation of device.conversations.values()) conversation.touch();
}
