/**
 * What a leaf says of itself, as an MLS basic credential (docs/protocol.md section 6): a device is signed by
 * its person's root key; a seat by the device that made the invite, which brings its own certificate along.
 */
import { ed25519, publicKeyOf } from '@polynya/mls/ed25519';
import type { SignatureKey } from '@polynya/mls/engine';
import { concat, u64, utf8 } from '@polynya/protocol/bytes';
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { bytes, type Infer, uint, variants } from '@polynya/protocol/schema';

const codec = variants('kind', {
  device: [0, { root: bytes(32), signature: bytes(64) }],
  seat: [
    1,
    {
      /** The inviter's. */
      root: bytes(32),
      /** The signature key of the device that made the seat, and its root's signature over it. */
      device: bytes(32),
      certificate: bytes(64),
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

/** The credential of a device whose leaf signs with `leafKey`. */
export async function deviceCredential(
  root: SignatureKey,
  leafKey: Uint8Array,
): Promise<Uint8Array> {
  const signature = await ed25519.sign(root.privateKey, deviceBytes(leafKey));
  return encodeCbor(codec.encode({ kind: 'device', root: root.publicKey, signature }));
}

/**
 * The credential of a seat whose leaf signs with `leafKey`.
 * @param certificate the root's signature in the credential of the device that signs
 */
export async function seatCredential(
  inviter: { root: Uint8Array; device: SignatureKey; certificate: Uint8Array },
  until: number,
  leafKey: Uint8Array,
): Promise<Uint8Array> {
  const { root, device, certificate } = inviter;
  const signature = await ed25519.sign(device.privateKey, seatBytes(until, leafKey));
  const seat = { root, device: device.publicKey, certificate, until, signature };
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
  if (credential.kind === 'device') {
    return ed25519.verify(credential.root, deviceBytes(leafKey), credential.signature);
  }
  const { root, device, certificate, until, signature } = credential;
  return (
    (await ed25519.verify(root, deviceBytes(device), certificate)) &&
    (await ed25519.verify(device, seatBytes(until, leafKey), signature))
  );
}

function deviceBytes(leafKey: Uint8Array): Uint8Array {
  return concat(utf8('polynya device'), leafKey);
}

function seatBytes(until: number, leafKey: Uint8Array): Uint8Array {
  return concat(utf8('polynya seat'), u64(until), leafKey);
}
