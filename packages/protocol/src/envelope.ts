/**
 * The layout of envelopes (docs/protocol.md sections 2 and 3): sizes of their parts, padding by Padmé
 * (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
 * PoPETs 2019, section 4), the request for an access record, and the framing of HTTP POST bodies.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, concatAll, readU32, u32, utf8 } from './bytes.ts';
import { type Cbor, decodeCborPrefix } from './cbor.ts';
import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

/** Bytes of a handle, of its token, and of a key id: the first 16 bytes of any envelope that goes up. */
export const HANDLE = 16;
/** Bytes of an AES-GCM nonce. */
export const NONCE = 12;
/** Bytes of an AES-GCM tag. */
export const TAG = 16;
/** Bytes of an X-Wing encapsulation. */
export const ENC = 1_120;
/** Bytes of an X25519 public key. */
export const SHARE = 32;
/** Bytes of an X-Wing public key. */
export const KEY = 1_216;

/** What each kind of envelope adds to its plaintext, in bytes. */
export const OVERHEAD = {
  firstFlight: HANDLE + ENC + TAG,
  firstReply: SHARE + NONCE + TAG,
  up: HANDLE + NONCE + TAG,
  down: NONCE + TAG,
} as const;

/** Bytes of the nonce in a request for the access record. */
export const RECORD_NONCE = 16;
/** Random bytes that bring a request for the access record to the least length of an envelope. */
export const RECORD_FILL = LIMITS.envelopeFloor - HANDLE - RECORD_NONCE;

/** The padded length of an envelope of `length` bytes: 256 at least, then 12 % more at most. */
export function padme(length: number): number {
  const least = Math.max(length, LIMITS.envelopeFloor);
  const exponent = floorLog2(least);
  const step = 2 ** (exponent - floorLog2(exponent) - 1);
  return Math.ceil(least / step) * step;
}

/**
 * The CBOR with zeros after it, so that the sealed envelope is of a padded length.
 * @param overhead what the envelope adds (`OVERHEAD`). Throws 'too-big' past `LIMITS.envelope`.
 */
export function paddedPlaintext(cbor: Uint8Array, overhead: number): Uint8Array<ArrayBuffer> {
  const length = padme(overhead + cbor.length);
  if (length > LIMITS.envelope) throw new ProtocolError('too-big', 'envelope too long');
  const out = new Uint8Array(length - overhead);
  out.set(cbor);
  return out;
}

/** The value at the start of an opened plaintext; 'malformed' if anything but zeros follows it. */
export function unpad(plaintext: Uint8Array): Cbor {
  const { value, end } = decodeCborPrefix(plaintext);
  for (let i = end; i < plaintext.length; i++) {
    if (plaintext[i] !== 0) throw new ProtocolError('malformed', 'padding that is not zero');
  }
  return value;
}

/** The 16 bytes by which a first flight names the X-Wing public key that it was sealed to. */
export function keyIdOf(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).slice(0, HANDLE);
}

/** The envelope that asks a server for its access record. `nonce` and `fill` are random: 16 and `RECORD_FILL` bytes. */
export function recordRequest(
  identity: Uint8Array,
  nonce: Uint8Array,
  fill: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (nonce.length !== RECORD_NONCE || fill.length !== RECORD_FILL) {
    throw new ProtocolError('malformed', 'record request of a wrong length');
  }
  return concat(recordRequestHandle(identity), nonce, fill);
}

/** The first 16 bytes of any request for this server's access record. */
export function recordRequestHandle(identity: Uint8Array): Uint8Array {
  return sha256(concat(utf8('polynya record request'), identity)).slice(0, HANDLE);
}

/** The first 16 bytes of the answer to the request with this nonce; the access record follows. */
export function recordAnswerTag(identity: Uint8Array, nonce: Uint8Array): Uint8Array {
  return sha256(concat(utf8('polynya record'), identity, nonce)).slice(0, HANDLE);
}

/** The body of a POST or of its answer: each envelope after its length in 4 bytes. Throws 'too-big' past the limits. */
export function joinEnvelopes(envelopes: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for (const envelope of envelopes) {
    parts.push(u32(envelope.length), envelope);
    total += 4 + envelope.length;
  }
  const tooLong = envelopes.some((envelope) => envelope.length > LIMITS.envelope);
  if (tooLong || envelopes.length > LIMITS.postEnvelopes || total > LIMITS.post) {
    throw new ProtocolError('too-big', 'POST body too long');
  }
  return concatAll(parts);
}

/** The envelopes in the body of a POST, as views into it. Throws 'too-big' past the limits, 'malformed' when truncated or empty. */
export function splitEnvelopes(body: Uint8Array): Uint8Array[] {
  if (body.length > LIMITS.post) throw new ProtocolError('too-big', 'POST body too long');
  const envelopes: Uint8Array[] = [];
  let at = 0;
  while (at < body.length) {
    const length = readU32(body, at);
    at += 4;
    if (length > LIMITS.envelope || envelopes.length === LIMITS.postEnvelopes) {
      throw new ProtocolError('too-big', 'POST body with too much in it');
    }
    if (length === 0 || length > body.length - at) {
      throw new ProtocolError('malformed', 'POST body with an empty or truncated envelope');
    }
    envelopes.push(new Uint8Array(body.buffer, body.byteOffset + at, length));
    at += length;
  }
  return envelopes;
}

/** The same, but none in what is no body of envelopes. */
export function envelopesIn(body: Uint8Array): Uint8Array[] {
  try {
    return splitEnvelopes(body);
  } catch (error) {
    if (error instanceof ProtocolError) return [];
    throw error;
  }
}

function floorLog2(value: number): number {
  return 31 - Math.clz32(value);
}
