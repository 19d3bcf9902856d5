/**
 * A person's device list (docs/protocol.md section 9): a chain of signed entries that begins with the root key, each
 * bound to those before it by a running hash. Encodings and hashes only: who may sign what is for the messenger.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, u64, utf8 } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import { LIMITS } from './limits.ts';
import { bool, bytes, type Infer, list, struct, uint } from './schema.ts';

const unsigned = {
  /** True: the device is taken out; it never comes back. */
  remove: bool,
  /** The device's Ed25519 signature key. */
  device: bytes(32),
  /** Who signs: 0 the root key, n the device that entry n (from 1 on) brought in. */
  by: uint(LIMITS.listEntries),
};
const entryCodec = struct({ ...unsigned, signature: bytes(64) });
export type ListEntry = Infer<typeof entryCodec>;
const unsignedCodec = struct(unsigned);

export const deviceList = struct({
  /** A list of a higher generation replaces every lower one: the root key begins it anew. */
  generation: uint(),
  entries: list(entryCodec, LIMITS.listEntries, 1),
});
export type DeviceList = Infer<typeof deviceList>;

/** The hash before the first entry. */
export function listStart(root: Uint8Array, generation: number): Uint8Array {
  return sha256(concat(utf8('polynya device list'), root, u64(generation)));
}

/** The hash behind `entry`, `before` being the hash before it. */
export function listNext(before: Uint8Array, entry: ListEntry): Uint8Array {
  return sha256(concat(before, encodeCbor(entryCodec.encode(entry))));
}

/** What the signature of an entry is made over, `before` being the hash before it. */
export function listSignedBytes(
  before: Uint8Array,
  entry: Omit<ListEntry, 'signature'>,
): Uint8Array {
  const encoded = encodeCbor(unsignedCodec.encode(entry));
  return concat(utf8('polynya device list entry'), before, encoded);
}

/** Whether both are the same entry, byte for byte. */
export function sameEntry(a: ListEntry, b: ListEntry): boolean {
  return equal(encodeCbor(entryCodec.encode(a)), encodeCbor(entryCodec.encode(b)));
}
