/**
 * What a leaf says of itself, as an MLS basic credential (docs/protocol.md section 6): a device is signed by
 * its person's root key; a seat by the device that made the invite, which brings its own certificate along.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
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

/** An Ed25519 key pair; the private key is the seed of RFC 8032. Both 32 bytes. */
export interface SigningKey {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

export function signingKey(seed: Uint8Array): SigningKey {
  return { privateKey: seed, publicKey: ed25519.getPublicKey(seed) };
}

/** The credential of a device whose leaf signs with `leafKey`. */
export function deviceCredential(root: SigningKey, leafKey: Uint8Array): Uint8Array {
  const signature = ed25519.sign(deviceBytes(leafKey), root.privateKey);
  return encodeCbor(codec.encode({ kind: 'device', root: root.publicKey, signature }));
}

/**
 * The credential of a seat whose leaf signs with `leafKey`.
 * @param certificate the root's signature in the credential of the device that signs
 */
export function seatCredential(
  inviter: { root: Uint8Array; device: SigningKey; certificate: Uint8Array },
  until: number,
  leafKey: Uint8Array,
): Uint8Array {
  const { root, device, certificate } = inviter;
  const signature = ed25519.sign(seatBytes(until, leafKey), device.privateKey);
  const seat = { root, device: device.publicKey, certificate, until, signature };
  return encodeCbor(codec.encode({ kind: 'seat', ...seat }));
}

/** Throws ProtocolError 'malformed'. Nothing in it is verified. */
export function decodeCredential(credential: Uint8Array): Credential {
  return codec.decode(decodeCbor(credential));
}

/** Whether every signature in `credential` holds, for a leaf that signs with `leafKey`. */
export function credentialHolds(credential: Credential, leafKey: Uint8Array): boolean {
  if (credential.kind === 'device') {
    return verify(credential.signature, deviceBytes(leafKey), credential.root);
  }
  const { root, device, certificate, until, signature } = credential;
  return (
    verify(certificate, deviceBytes(device), root) &&
    verify(signature, seatBytes(until, leafKey), device)
  );
}

function deviceBytes(leafKey: Uint8Array): Uint8Array {
  return concat(utf8('polynya device'), leafKey);
}

function seatBytes(until: number, leafKey: Uint8Array): Uint8Array {
  return concat(utf8('polynya seat'), u64(until), leafKey);
}

/** RFC 8032 to the letter (`zip215: false`): one signature is not valid for some readers and not for others. */
function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return ed25519.verify(signature, message, publicKey, { zip215: false });
}
