/** A device list step by step (docs/protocol.md section 9), and lists that do not hold. */

import { ed25519 } from '@polynya/crypto/ed25519';
import { signatureKey } from '@polynya/messenger/identity/credential';
import { firstList, signed } from '@polynya/messenger/identity/device-list';
import { encodeCbor } from '@polynya/protocol/cbor';
import {
  type DeviceList,
  deviceList,
  type ListEntry,
  listNext,
  listSignedBytes,
  listStart,
} from '@polynya/protocol/device-list';

/** An entry to be signed by the key of this seed. */
type Wanted = Omit<ListEntry, 'signature'> & { readonly signer: Uint8Array };

export async function deviceLists() {
  const key = (n: number) => signatureKey(new Uint8Array(32).fill(n));
  const [root, phone, laptop, tablet] = [await key(1), await key(2), await key(3), await key(4)];
  const generation = 1;
  let list = await firstList(root, phone.publicKey, generation);
  const entry = async (by: typeof root, remove: boolean, { publicKey: device }: typeof root) => {
    list = await signed(root.publicKey, list, by, { remove, device });
  };
  await entry(phone, false, laptop);
  await entry(laptop, false, tablet);
  await entry(tablet, true, phone);
  await entry(root, true, laptop);
  let hash = listStart(root.publicKey, generation);
  const signers = [root, phone, laptop, tablet, root];
  const steps = list.entries.map((one, at) => {
    const before = hash;
    hash = listNext(hash, one);
    return {
      entry: one,
      signer: signers[at]?.publicKey,
      signed: listSignedBytes(before, one),
      hash,
    };
  });
  const refused = (why: string, change: Partial<DeviceList>) => ({
    why,
    list: encodeCbor(deviceList.encode({ ...list, ...change })),
  });
  const { entries } = list;
  /** Rightly signed and bound, whatever it says, and encoded however long it is. */
  const sealed = async (why: string, more: readonly Wanted[], from: DeviceList = list) => {
    let [hash, all] = [
      from.entries.reduce(listNext, listStart(root.publicKey, generation)),
      from.entries,
    ];
    for (const { signer, ...said } of more) {
      const signature = await ed25519.sign(signer, listSignedBytes(hash, said));
      const one = { ...said, signature };
      hash = listNext(hash, one);
      all = [...all, one];
    }
    const fields = all.map(({ remove, device, by, signature }) => [remove, device, by, signature]);
    return { why, list: encodeCbor([generation, fields]) };
  };
  const add = (by: number, signer: Uint8Array, device: Uint8Array) => ({
    remove: false,
    device,
    by,
    signer,
  });
  const others = await Promise.all(Array.from({ length: 33 }, (_, at) => key(0x40 + at)));
  const { publicKey: stranger } = await key(0x3f);
  const byRoot = (count: number) =>
    others.slice(0, count).map(({ publicKey }) => add(0, root.privateKey, publicKey));
  const comingAndGoing = others
    .slice(0, 17)
    .flatMap(({ publicKey: device }) => [
      add(0, root.privateKey, device),
      { ...add(0, root.privateKey, device), remove: true },
    ])
    .slice(0, 33);
  const empty = { generation, entries: [] };
  const cut = (at: number) => entries.toSpliced(at, 1);
  return {
    about:
      'Section 9. seeds: Ed25519 private keys (RFC 8032) of the root and three devices. limits: lists that hold. refused: lists that do not; from "comes back" on every signature in them is right.',
    seeds: [root, phone, laptop, tablet].map(({ privateKey }) => privateKey),
    root: root.publicKey,
    generation,
    steps,
    list: encodeCbor(deviceList.encode(list)),
    limits: [
      await sealed('eight devices', byRoot(8), empty),
      await sealed('32 entries', comingAndGoing.slice(0, 32), empty),
    ],
    refused: [
      refused('another generation than was signed', { generation: 2 }),
      refused('an entry is missing', { entries: cut(1) }),
      refused('its beginning is missing', { entries: cut(0) }),
      refused('two entries changed places', {
        entries: [entries[0], entries[2], entries[1]].flatMap((one) => one ?? []),
      }),
      refused('a removal was made an addition', {
        entries: entries.map((one) => ({ ...one, remove: false })),
      }),
      await sealed('a device that was removed comes back', [
        add(0, root.privateKey, phone.publicKey),
      ]),
      await sealed('a device comes twice', [add(0, root.privateKey, tablet.publicKey)]),
      await sealed('the signer was removed', [add(2, laptop.privateKey, stranger)]),
      await sealed('by names a removal', [add(4, phone.privateKey, stranger)]),
      await sealed('by names an entry that is not there yet', [
        add(6, tablet.privateKey, stranger),
      ]),
      await sealed('a device is removed that never was there', [
        { ...add(0, root.privateKey, stranger), remove: true },
      ]),
      await sealed('nine devices', byRoot(9), empty),
      await sealed('33 entries', comingAndGoing, empty),
      await sealed('no entries', [], empty),
    ],
  };
}
