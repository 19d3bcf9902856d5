/**
 * WebRTC-Direct (docs/protocol.md section 2): what its endpoint says, and envelopes as messages of a data channel
 * (RFC 8831), which are small. Encodings only.
 */
import { type Bytes, concatAll, fromBase64url, toBase64url } from './bytes.ts';
import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

/** Where a server, or a bridge, takes datagrams. */
export interface DirectEndpoint {
  /** IPv4 or IPv6 literal, without brackets. */
  readonly address: string;
  readonly port: number;
  /** 22 letters of base64url, 132 bits: who does not know it gets no answer. */
  readonly secret: string;
  /** SHA-256 of the DER of the certificate that DTLS shows, 32 bytes. */
  readonly fingerprint: Uint8Array;
}

const FORM =
  /^webrtc:\/\/(?:([\d.]{7,15})|\[([\da-f:.]{2,45})\]):(\d{1,5})\/([\w-]{22})#dtls=([\w-]{43})$/;

/** Whether an endpoint is one of these, right or not. */
export function isDirect(endpoint: string): boolean {
  return endpoint.startsWith('webrtc:');
}

export function encodeDirectEndpoint({
  address,
  port,
  secret,
  fingerprint,
}: DirectEndpoint): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `webrtc://${host}:${port}/${secret}#dtls=${toBase64url(fingerprint)}`;
}

/** Throws 'malformed' for anything but an address, a port, a secret and a fingerprint: names are not asked for. */
export function decodeDirectEndpoint(endpoint: string): DirectEndpoint {
  const [, four, six, digits = '', secret = '', fingerprint = ''] = FORM.exec(endpoint) ?? [];
  const address = four ?? six;
  const port = Number(digits);
  if (address === undefined || port < 1 || port > 65_535) {
    throw new ProtocolError('malformed', 'not an endpoint of WebRTC-Direct');
  }
  return { address, port, secret, fingerprint: fromBase64url(fingerprint) };
}

/** The messages that an envelope is sent in: `last(1) ‖ piece`, last being 1 for the last of them, else 0. */
export function directMessages(envelope: Uint8Array): Bytes[] {
  const room = LIMITS.directMessage - 1;
  const messages: Bytes[] = [];
  for (let at = 0; at < envelope.length; at += room) {
    const piece = envelope.subarray(at, at + room);
    const message = new Uint8Array(piece.length + 1);
    message[0] = at + room >= envelope.length ? 1 : 0;
    message.set(piece, 1);
    messages.push(message);
  }
  return messages;
}

/** Joins messages to envelopes again, in the order in which they were sent. */
export class DirectJoiner {
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** The envelope that this message ends; null when it ends none. Throws 'malformed' for what nobody sends. */
  take(message: Uint8Array): Bytes | null {
    const [last] = message;
    const piece = message.subarray(1);
    this.#length += piece.length;
    // All but the last are full: or an envelope in pieces of one byte would hold many times its size.
    const least = last === 0 ? LIMITS.directMessage : 2;
    const fits = message.length >= least && message.length <= LIMITS.directMessage;
    if (last === undefined || last > 1 || !fits || this.#length > LIMITS.envelope) {
      throw new ProtocolError('malformed', 'not a piece of an envelope');
    }
    this.#pieces.push(piece);
    if (last === 0) return null;
    const envelope = concatAll(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return envelope;
  }
}
