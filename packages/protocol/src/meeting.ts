/**
 * What two who meet by WebRTC tell each other through a server (docs/protocol.md section 4): as much of a session
 * description (RFC 8866) as differs from one connection to the next.
 */
import { decodeCbor, encodeCbor } from './cbor.ts';
import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';
import { bytes, type Infer, list, struct, text } from './schema.ts';

const codec = struct({
  /** ICE's credentials (RFC 8445 section 5.3). */
  ufrag: text(256),
  password: text(256),
  /** SHA-256 of the certificate that it shows in DTLS. */
  fingerprint: bytes(32),
  /** As after `a=` (RFC 8839 section 5.1). */
  candidates: list(text(256), 16),
});
export type Meeting = Infer<typeof codec>;

const LETTERS = /^[A-Za-z0-9+/]{4,256}$/;
const CANDIDATE = /^candidate:[\w .:+/-]+$/;

/** Throws ProtocolError 'malformed' for what nobody can be reached by, 'too-big' for too many candidates. */
export function encodeMeeting(meeting: Meeting): Uint8Array<ArrayBuffer> {
  const encoded = encodeCbor(codec.encode(checked(meeting)));
  if (encoded.length > LIMITS.meeting) throw new ProtocolError('too-big', 'too many candidates');
  return encoded;
}

/** Throws ProtocolError 'malformed': nothing of it can put a line of its own into a description. */
export function decodeMeeting(encoded: Uint8Array): Meeting {
  return checked(codec.decode(decodeCbor(encoded)));
}

function checked(meeting: Meeting): Meeting {
  const { ufrag, password, candidates } = meeting;
  const letters = LETTERS.test(ufrag) && LETTERS.test(password);
  if (letters && candidates.every((candidate) => CANDIDATE.test(candidate))) return meeting;
  throw new ProtocolError('malformed', 'not a meeting');
}
