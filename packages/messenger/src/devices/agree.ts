/**
 * One more entry in the list, agreed with the other own devices: the log of their group says whose came first, and
 * whoever came second writes theirs behind it. So two devices that change the list at once make no fork.
 */
import type { DeviceList, ListEntry } from '@polynya/protocol/device-list';
import { type ChatId, Problem } from '../api.ts';
import type { Device } from '../device.ts';
import { signatureKey } from '../identity/credential.ts';
import { devicesIn, newestOf, signed } from '../identity/device-list.ts';
import { tellList } from './tell-list.ts';

const TRIES = 5;

/** @param chat of the own devices. @throws Problem 'not-allowed', 'group-full', 'offline' */
export async function agreeOn(
  device: Device,
  chat: ChatId,
  change: Pick<ListEntry, 'remove' | 'device'>,
): Promise<DeviceList> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { self } = device;
    const seed = self.rootSeed;
    const signer = seed ? await signatureKey(seed) : self.device;
    const list = await signed(self.root, self.list, signer, change);
    if (devicesIn(self.list).length === 1) return list;
    await tellList(device, chat, list);
    const agreed = device.self.list;
    if (newestOf(agreed, list) === agreed) return agreed;
  }
  throw new Problem('rate');
}
