/**
 * What this device remembers of devices beside their leaves: the own ones (names, and how to reach one that is on no
 * chat yet), and of other people the newest lists that it has seen anywhere.
 */
import { toHex } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { contactCard } from '@polynya/protocol/content';
import { type DeviceList, deviceList } from '@polynya/protocol/device-list';
import { bool, type Infer, optional, struct, text, uint } from '@polynya/protocol/schema';
import type { PersonId } from '../api.ts';
import { newestOf } from '../identity/device-list.ts';
import type { Change, Store } from '../store/store.ts';

const deviceCodec = struct({
  name: text(64),
  /** ms: when it was linked; null: before this device. */
  since: optional(uint()),
  /** Of a device that was let in here, until it says one itself. */
  card: optional(contactCard),
});
export type KnownDevice = Infer<typeof deviceCodec>;

const listCodec = struct({ list: deviceList, forked: bool });
export type KnownList = Infer<typeof listCodec>;

const OWN = 'device/';
const LISTS = 'list/';

export function deviceSaved(device: Uint8Array, known: KnownDevice): Change {
  const value = encodeCbor(deviceCodec.encode(known));
  return { table: 'person', key: `${OWN}${toHex(device)}`, value };
}

/** By their signature keys in hex. */
export async function loadDevices(store: Store): Promise<Map<string, KnownDevice>> {
  const rows = await store.range('person', { from: OWN, to: 'device0' });
  return new Map(
    rows.map(([key, value]) => [key.slice(OWN.length), deviceCodec.decode(decodeCbor(value))]),
  );
}

export function listSaved(person: PersonId, known: KnownList): Change {
  const value = encodeCbor(listCodec.encode(known));
  return { table: 'person', key: `${LISTS}${person}`, value };
}

export async function loadLists(store: Store): Promise<Map<PersonId, KnownList>> {
  const rows = await store.range('person', { from: LISTS, to: 'list0' });
  return new Map(
    rows.map(([key, value]) => [key.slice(LISTS.length), listCodec.decode(decodeCbor(value))]),
  );
}

/** What is known after `seen`, a list that holds: of two that contradict each other the first stays. */
export function afterSeeing(known: KnownList | undefined, seen: DeviceList): KnownList {
  if (!known) return { list: seen, forked: false };
  const list = newestOf(known.list, seen);
  if (!list) return { ...known, forked: true };
  // A new generation of the root's ends what contradicted itself.
  return { list, forked: known.forked && list.generation === known.list.generation };
}
