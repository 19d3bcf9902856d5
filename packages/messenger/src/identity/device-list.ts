/**
 * Who may write what into a person's device list, and which of two lists is the newer (docs/protocol.md section 9).
 * A list is a value: every function returns a new one.
 */
import { ed25519 } from '@polynya/crypto/ed25519';
import type { SignatureKey } from '@polynya/mls/engine';
import { equal } from '@polynya/protocol/bytes';
import {
  type DeviceList,
  type ListEntry,
  listNext,
  listSignedBytes,
  listStart,
  sameEntry,
} from '@polynya/protocol/device-list';
import { LIMITS } from '@polynya/protocol/limits';
import { Problem } from '../api.ts';

/** The devices that the list has now, in the order in which they came. */
export function devicesIn({ entries }: DeviceList): Uint8Array[] {
  return entries
    .filter(({ remove }) => !remove)
    .map(({ device }) => device)
    .filter((device) => !entries.some((one) => one.remove && equal(one.device, device)));
}

export function lists(list: DeviceList, device: Uint8Array): boolean {
  return devicesIn(list).some((one) => equal(one, device));
}

/** Whether it says more than that its person began with one device. */
export function isGrown({ generation, entries }: DeviceList): boolean {
  return generation > 0 || entries.length > 1;
}

/** Whether each entry was lawful when it was made, and is signed by whom it says. */
export async function listHolds(root: Uint8Array, list: DeviceList): Promise<boolean> {
  let hash = listStart(root, list.generation);
  for (const [at, entry] of list.entries.entries()) {
    const before = { ...list, entries: list.entries.slice(0, at) };
    const signer = signerOf(root, before, entry.by);
    if (!signer || !isLawful(before, entry)) return false;
    const signed = listSignedBytes(hash, entry);
    if (!(await ed25519.verify(signer, signed, entry.signature))) return false;
    hash = listNext(hash, entry);
  }
  return true;
}

/** The newer of two lists of one person that both hold; null: they contradict each other. */
export function newestOf(a: DeviceList, b: DeviceList): DeviceList | null {
  if (a.generation !== b.generation) return a.generation > b.generation ? a : b;
  const [short, long] = a.entries.length < b.entries.length ? [a, b] : [b, a];
  const begins = short.entries.every((entry, at) => {
    const other = long.entries[at];
    return other !== undefined && sameEntry(entry, other);
  });
  return begins ? long : null;
}

/** The first list of a person, or of a new generation: one device, let in by the root. */
export function firstList(
  root: SignatureKey,
  device: Uint8Array,
  generation = 0,
): Promise<DeviceList> {
  return signed(root.publicKey, { generation, entries: [] }, root, { remove: false, device });
}

/**
 * With one more entry. @param signer the root key, or a device that the list has
 * @throws Problem 'not-allowed': not lawful; 'group-full': the list has no room
 */
export async function signed(
  root: Uint8Array,
  list: DeviceList,
  signer: SignatureKey,
  { remove, device }: Pick<ListEntry, 'remove' | 'device'>,
): Promise<DeviceList> {
  if (list.entries.length >= LIMITS.listEntries) throw new Problem('group-full');
  const by = equal(signer.publicKey, root) ? 0 : placeOf(list, signer.publicKey);
  const entry = { remove, device, by };
  const known = signerOf(root, list, by);
  if (!known || !equal(known, signer.publicKey) || !isLawful(list, entry)) {
    throw new Problem('not-allowed');
  }
  const hash = list.entries.reduce(listNext, listStart(root, list.generation));
  const signature = await ed25519.sign(signer.privateKey, listSignedBytes(hash, entry));
  return { ...list, entries: [...list.entries, { ...entry, signature }] };
}

/** Which entry let this device in, counted from 1; 0: none. */
function placeOf({ entries }: DeviceList, device: Uint8Array): number {
  return entries.findIndex((entry) => !entry.remove && equal(entry.device, device)) + 1;
}

function signerOf(root: Uint8Array, before: DeviceList, by: number): Uint8Array | null {
  if (by === 0) return root;
  const signer = before.entries[by - 1];
  return signer && !signer.remove && lists(before, signer.device) ? signer.device : null;
}

function isLawful(before: DeviceList, { remove, device }: Omit<ListEntry, 'signature'>): boolean {
  if (remove) return lists(before, device);
  return placeOf(before, device) === 0 && devicesIn(before).length < LIMITS.devices;
}
