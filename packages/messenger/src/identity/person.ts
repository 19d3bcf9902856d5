/** Names for people that follow from their root keys (docs/protocol.md section 6). */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, toHex, utf8 } from '@polynya/protocol/bytes';
import type { PersonId } from '../api.ts';

/** `root`: Ed25519 public key, 32 bytes. */
export function personBytes(root: Uint8Array): Uint8Array {
  return sha256(concat(utf8('polynya person'), root)).slice(0, 16);
}

export function personId(root: Uint8Array): PersonId {
  return toHex(personBytes(root));
}

/** Four hex digits that tell people of one name apart. */
export function tagOf(person: PersonId): string {
  return person.slice(0, 4);
}
