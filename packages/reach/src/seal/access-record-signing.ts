/**
 * Signing and checking access records (docs/protocol.md section 2) with Ed25519 (RFC 8032) through
 * Web Crypto.
 */
import {
  type AccessRecordBody,
  decodeAccessRecord,
  decodeAccessRecordBody,
  encodeAccessRecord,
  encodeAccessRecordBody,
  recordSignedBytes,
} from '@polynya/protocol/access-record';
import { type Bytes, concat, equal, fromHex } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';

/** What goes before a raw Ed25519 seed to make it PKCS#8 (RFC 8410 section 7). */
const PKCS8 = fromHex('302e020100300506032b657004220420');

/** A server's signing key from its 32-byte seed. */
export async function importIdentity(seed: Uint8Array): Promise<CryptoKey> {
  if (seed.length !== 32) throw new ProtocolError('malformed', 'identity seed of a wrong length');
  return crypto.subtle.importKey('pkcs8', concat(PKCS8, seed), 'Ed25519', true, ['sign']);
}

/** The 32-byte public key, a server's identity, of its signing key. */
export async function identityOf(key: CryptoKey): Promise<Bytes> {
  const { x } = await crypto.subtle.exportKey('jwk', key);
  return Uint8Array.from(atob((x ?? '').replace(/-/g, '+').replace(/_/g, '/')), (c) =>
    c.charCodeAt(0),
  );
}

/** The record, encoded as it travels. */
export async function signAccessRecord(body: AccessRecordBody, key: CryptoKey): Promise<Bytes> {
  const encoded = encodeAccessRecordBody(body);
  const signature = await crypto.subtle.sign('Ed25519', key, recordSignedBytes(encoded));
  return encodeAccessRecord({ body: encoded, signature: new Uint8Array(signature) });
}

/**
 * The body of a record that this identity signed. Whether it is still good is for the caller, who has
 * the clock and the last serial. Throws ProtocolError 'malformed' for a wrong signature or identity,
 * 'version' for a record of another version.
 */
export async function openAccessRecord(
  encoded: Uint8Array,
  identity: Uint8Array,
): Promise<AccessRecordBody> {
  const { body, signature } = decodeAccessRecord(encoded);
  const key = await crypto.subtle.importKey('raw', new Uint8Array(identity), 'Ed25519', false, [
    'verify',
  ]);
  const signed = recordSignedBytes(body);
  if (!(await crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), signed))) {
    throw new ProtocolError('malformed', 'access record with a wrong signature');
  }
  const decoded = decodeAccessRecordBody(body);
  if (!equal(decoded.identity, identity)) {
    throw new ProtocolError('malformed', 'access record of another server');
  }
  return decoded;
}
