/**
 * Messages on ways that no server is part of (docs/protocol.md section 10): notes, each signed by the device of its
 * author, in parcels for one log. Encodings and limits only.
 */
import { concat, utf8 } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { LIMITS } from './limits.ts';
import { bytes, type Infer, list, struct } from './schema.ts';

/** A message as its author would put it into the log, which has not taken it yet. */
const note = struct({
  /** The id that its entry will have. */
  id: bytes(16),
  /** The signature key of the author's device. */
  device: bytes(32),
  /** The plaintext of a message (section 8). */
  message: bytes(1, LIMITS.entryBody),
  signature: bytes(64),
});
export type Note = Infer<typeof note>;

/** Notes in one parcel (count), and bytes of one. */
export const PARCEL = { notes: 1_000, bytes: 1_048_576 } as const;

const parcel = struct({ notes: list(note, PARCEL.notes) });

/** What the author's device signs. */
export function signedOf(log: Uint8Array, { id, message }: Pick<Note, 'id' | 'message'>) {
  return concat(utf8('polynya carried'), log, id, message);
}

export function encodeNote(value: Note): Uint8Array {
  return encodeCbor(note.encode(value));
}

/** @throws ProtocolError 'malformed' */
export function decodeNote(encoded: Uint8Array): Note {
  return note.decode(decodeCbor(encoded));
}

export function encodeParcel(notes: readonly Note[]): Uint8Array {
  return encodeCbor(parcel.encode({ notes: [...notes] }));
}

/** @throws ProtocolError 'malformed' */
export function decodeParcel(encoded: Uint8Array): Note[] {
  return parcel.decode(decodeCbor(encoded)).notes;
}
