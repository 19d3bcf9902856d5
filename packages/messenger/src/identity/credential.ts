/**
 * What a leaf says of itself, as an MLS basic credential (docs/protocol.md section 6): a device stands in its person's
 * device list; a seat is signed by the device that made the invite, which brings its own list along.
 */
import { ed25519, publicKeyOf } from '@polynya/crypto/ed25519';
import type { SignatureKey } from '@polynya/mls/engine';
import { concat, u64, utf8 } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { type DeviceList, deviceList } from '@polynya/protocol/device-list';
import { bytes, type Infer, uint, variants } from '@polynya/protocol/schema';
import { listHolds, lists } from './device-list.ts';

const codec = variants('kind', {
  device: [0, { root: bytes(32), list: deviceList }],
  seat: [
    1,
    {
      /** The inviter's root key, and the device list as its device knew it. */
      root: bytes(32),
      list: deviceList,
      /** The signature key of the device that made the seat. */
      device: bytes(32),
      /** Seconds since 1970: from then on the seat is to be removed. */
      until: uint(),
      signature: bytes(64),
    },
  ],
});
export type Credential = Infer<typeof codec>;
export type SeatCredential = Extract<Credential, { kind: 'seat' }>;

export async function signatureKey(seed: Uint8Array): Promise<SignatureKey> {
  return { privateKey: seed, publicKey: await publicKeyOf(seed) };
}

/** Of a device that `list` has. */
export function deviceCredential(root: Uint8Array, list: DeviceList): Uint8Array {
  return encodeCbor(codec.encode({ kind: 'device', root, list }));
}

/** The credential of a seat whose leaf signs with `leafKey`. */
export async function seatCredential(
  inviter: { root: Uint8Array; list: DeviceList; device: SignatureKey },
  until: number,
  leafKey: Uint8Array,
): Promise<Uint8Array> {
  const { root, list, device } = inviter;
  const signature = await ed25519.sign(device.privateKey, seatBytes(until, leafKey));
  const seat = { root, list, device: device.publicKey, until, signature };
  return encodeCbor(codec.encode({ kind: 'seat', ...seat }));
}

/** Throws ProtocolError 'malformed'. Nothing in it is verified. */
export function decodeCredential(credential: Uint8Array): Credential {
  return codec.decode(decodeCbor(credential));
}

/** Whether every signature in `credential` holds, for a leaf that signs with `leafKey`. */
export async function credentialHolds(
  credential: Credential,
  leafKey: Uint8Array,
): Promise<boolean> {
  const { kind, root, list } = credential;
  const device = kind === 'device' ? leafKey : credential.device;
  if (!lists(list, device) || !(await listHolds(root, list))) return false;
  if (kind === 'device') return true;
  const { until, signature } = credential;
  return ed25519.verify(device, seatBytes(until, leafKey), signature);
}

function seatBytes(until: number, leafKey: Uint8Array): Uint8Array {
  return concat(utf8('polynya seat'), u64(until), leafKey);
}
