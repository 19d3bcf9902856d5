/** What derives from the secret of a seat's invite (docs/protocol.md section 7), by HKDF-SHA256 (RFC 5869). */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from './bytes.ts';
import { ProtocolError } from './protocol-error.ts';

/** All of 32 bytes, but for `blobId`, which is 16. */
export interface SeatSecrets {
  /** An invite to the server. */
  readonly admit: Uint8Array;
  /** The seed of the seat's KeyPackage. */
  readonly keys: Uint8Array;
  /** The id of the blob that holds the seat's Welcome. */
  readonly blobId: Uint8Array;
  /** Reads that blob. */
  readonly read: Uint8Array;
  /** Drops that blob. */
  readonly drop: Uint8Array;
  /** Seals that blob's pieces. */
  readonly seal: Uint8Array;
}

/** @param secret the 32 bytes of the invite; any other length is 'malformed'. */
export function seatSecrets(secret: Uint8Array): SeatSecrets {
  if (secret.length !== 32) throw new ProtocolError('malformed', 'seat secret of a wrong length');
  const derive = (label: string): Uint8Array =>
    hkdf(sha256, secret, new Uint8Array(0), utf8(`polynya seat ${label}`), 32);
  return {
    admit: derive('admit'),
    keys: derive('keys'),
    blobId: derive('blob').slice(0, 16),
    read: derive('read'),
    drop: derive('drop'),
    seal: derive('seal'),
  };
}
