/** A device list step by step (docs/protocol.md section 9), and lists that do not hold. */
import { signatureKey } from '@polynya/messenger/identity/credential';
import { firstList, signed } from '@polynya/messenger/identity/device-list';
import { encodeCbor } from '@polynya/protocol/cbor';
import {
  type DeviceList,
  deviceList,
  listNext,
  listSignedBytes,
  listStart,
} from '@polynya/protocol/device-list';

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
  const cut = (at: number) => entries.toSpliced(at, 1);
  return {
    about:
      'Section 9. seeds: Ed25519 private keys (RFC 8032) of the root and three devices. refused: lists that do not hold.',
    seeds: [root, phone, laptop, tablet].map(({ privateKey }) => privateKey),
    root: root.publicKey,
    generation,
    steps,
    list: encodeCbor(deviceList.encode(list)),
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
    ],
  };
}
