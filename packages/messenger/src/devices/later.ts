/** The work for several devices of one person, loaded when it is first needed: most people have one. */
import type { Device } from '../device.ts';
import { isGrown } from '../identity/device-list.ts';
import type { Fleet } from './fleet.ts';

const fleets = new WeakMap<Device, Promise<Fleet>>();

/** One for each device, once all its chats are known. */
export function fleetOf(device: Device): Promise<Fleet> {
  const known =
    fleets.get(device) ??
    device.loading.whole.then(async () => (await import('../occasional.ts')).Fleet.load(device));
  fleets.set(device, known);
  return known;
}

/** Whether there is more than one device of this person, or a list of somebody's that is to be remembered. */
export async function hasFleet({ ports: { store }, registered }: Device): Promise<boolean> {
  if (registered && (isGrown(registered.list) || registered.group || registered.backup))
    return true;
  return (await store.range('person', { from: 'list/', to: 'list0', limit: 1 })).length > 0;
}
