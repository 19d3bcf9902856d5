/**
 * The access record: a server's signed list of its current keys and the endpoints that lead to it
 * (docs/protocol.md section 2). Layout and limits only; whoever holds the keys signs and verifies.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { HANDLE, KEY } from './envelope.ts';
import { LIMITS, PROTOCOL_VERSION } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';
import { bytes, type Infer, list, struct, text, uint } from './schema.ts';

const bodyCodec = struct({
  version: uint(),
  /** The server's Ed25519 public key. */
  identity: bytes(32),
  /** Grows with every record that the server makes. */
  serial: uint(),
  /** Seconds since 1970. */
  issued: uint(),
  /** Seconds since 1970. */
  until: uint(),
  /** X-Wing public keys, the newest first; `until` in seconds since 1970. None: it is about endpoints alone. */
  keys: list(struct({ key: bytes(KEY), until: uint() }), LIMITS.recordKeys),
  /** URLs; a client passes over those whose scheme it does not speak. */
  endpoints: list(text(LIMITS.endpoint), LIMITS.endpoints),
});
export type AccessRecordBody = Infer<typeof bodyCodec>;

const recordCodec = struct({ body: bytes(1, LIMITS.record), signature: bytes(64) });
/** The body as the server signed it, and its signature: nothing in it is to be believed before that is verified. */
export type AccessRecord = Infer<typeof recordCodec>;

/** The body as bytes, ready for `recordSignedBytes`. */
export function encodeAccessRecordBody(body: AccessRecordBody): Uint8Array<ArrayBuffer> {
  return encodeCbor(bodyCodec.encode(body));
}

/** Reads a body. Throws ProtocolError 'version' for one of another version, 'malformed' for nonsense. */
export function decodeAccessRecordBody(encoded: Uint8Array): AccessRecordBody {
  const cbor = decodeCbor(encoded);
  if (Array.isArray(cbor) && typeof cbor[0] === 'number' && cbor[0] !== PROTOCOL_VERSION) {
    throw new ProtocolError('version', 'access record of another version');
  }
  return bodyCodec.decode(cbor);
}

/** What the server's Ed25519 key signs: "polynya access record" ‖ body. */
export function recordSignedBytes(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(utf8('polynya access record'), body);
}

export function encodeAccessRecord(record: AccessRecord): Uint8Array<ArrayBuffer> {
  return encodeCbor(recordCodec.encode(record));
}

/** Throws ProtocolError 'malformed'. The body inside is checked by `decodeAccessRecordBody`. */
export function decodeAccessRecord(encoded: Uint8Array): AccessRecord {
  return recordCodec.decode(decodeCbor(encoded));
}

/** How a client says which endpoint it knows: H("polynya endpoint" ‖ URL)[0..16]. */
export function endpointHash(url: string): Uint8Array<ArrayBuffer> {
  return sha256(concat(utf8('polynya endpoint'), utf8(url))).slice(0, HANDLE);
}
