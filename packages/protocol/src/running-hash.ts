/**
 * The running hash of a log (docs/protocol.md section 5): two members with the same hash for a seq were
 * shown the same log up to there.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import { type Entry, entry as entryCodec } from './requests.ts';

/** h(0): the 32 bytes before the first entry. `log` is the log's 16-byte id. */
export function start(log: Uint8Array): Uint8Array {
  return sha256(concat(utf8('polynya log'), log));
}

/** h(n) from h(n - 1) and entry n, as the server delivered it. */
export function next(hash: Uint8Array, entry: Entry): Uint8Array {
  return sha256(concat(hash, encodeCbor(entryCodec.encode(entry))));
}
