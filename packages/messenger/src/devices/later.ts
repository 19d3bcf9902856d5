/** The work for several devices of one person, loaded when it is first needed: most people have one. */
import type { Device } from '../device.ts';
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
