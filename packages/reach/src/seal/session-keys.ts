/**
 * The key schedule of a session (docs/protocol.md section 3, "First reply"): what HPKE exported, with
 * an ephemeral X25519 secret mixed in, so that the server's X-Wing key alone never yields it.
 */
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Bytes, concat, utf8 } from '@polynya/protocol/bytes';
import { ProtocolError } from '@polynya/protocol/protocol-error';

/** The exporter label and length of `hs`. */
export const SESSION_SECRET = { label: 'polynya session secret', length: 32 } as const;

export interface SessionKeys {
  /** AES-256 keys, client to server and server to client. */
  readonly up: Bytes;
  readonly down: Bytes;
}

/** The HPKE info of a first flight to the server with this identity. */
export function flightInfo(identity: Uint8Array): Bytes {
  return concat(utf8('polynya session 1'), identity);
}

/**
 * Both keys from `hs` (32 bytes) and the X25519 secret (32 bytes).
 * Throws ProtocolError 'malformed' if the X25519 secret is all zeros (RFC 7748 section 6.1).
 */
export function sessionKeys(hs: Uint8Array, shared: Uint8Array): SessionKeys {
  if (shared.every((byte) => byte === 0)) throw new ProtocolError('malformed', 'X25519 gave zeros');
  const secret = extract(sha256, shared, hs);
  const keys = {
    up: new Uint8Array(expand(sha256, secret, utf8('polynya up'), 32)),
    down: new Uint8Array(expand(sha256, secret, utf8('polynya down'), 32)),
  };
  secret.fill(0);
  return keys;
}
