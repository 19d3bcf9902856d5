/**
 * Sips (docs/protocol.md section 2): one POST's body and answer cut into POSTs of a connection each, small
 * enough for a line on which connections freeze after some kilobytes. Encodings only.
 */
import { type Bytes, concat, readU32, u32 } from './bytes.ts';
import { HANDLE } from './envelope.ts';
import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

/** Bytes of the number by which the sips of one exchange are known, and of all that goes before the piece. */
export const EXCHANGE = 16;
const UP = 4 + HANDLE + EXCHANGE + 16;
const DOWN = 9;

/** A piece of a body on its way up, and which piece of the answer may come back with it. */
export interface UpSip {
  /** Of the session, as at the beginning of the body's first envelope: the server's bounds hang on it. */
  readonly handle: Uint8Array;
  /** Random, the same for all sips of one exchange. */
  readonly exchange: Uint8Array;
  /** Bytes of the whole body. */
  readonly total: number;
  /** Where `piece` stands in it; `total` for a sip that only asks. */
  readonly offset: number;
  /** From where on the answer is wanted. */
  readonly from: number;
  /** So many bytes of it at most, one or more. */
  readonly most: number;
  readonly piece: Uint8Array;
}

/** `taken`: the body is not whole yet. `gone`: nothing is known of the exchange any more. */
export type DownSip =
  | { readonly state: 'taken' }
  | { readonly state: 'gone' }
  | {
      readonly state: 'answer';
      readonly total: number;
      readonly offset: number;
      readonly piece: Uint8Array;
    };

/** Whether a POST's body is a sip: a list of envelopes begins with a length, which is never 0. */
export function isSip(body: Uint8Array): boolean {
  return body.length >= UP && readU32(body, 0) === 0;
}

export function encodeUpSip({ handle, exchange, total, offset, piece, ...wanted }: UpSip): Bytes {
  const numbers = [total, offset, wanted.from, wanted.most].map(u32);
  return concat(u32(0), handle, exchange, ...numbers, piece);
}

/** Throws 'malformed' for what no client sends. */
export function decodeUpSip(body: Uint8Array): UpSip {
  if (!isSip(body)) throw new ProtocolError('malformed', 'not a sip');
  const at = 4 + HANDLE + EXCHANGE;
  const sip = {
    handle: body.subarray(4, 4 + HANDLE),
    exchange: body.subarray(4 + HANDLE, at),
    total: readU32(body, at),
    offset: readU32(body, at + 4),
    from: readU32(body, at + 8),
    most: readU32(body, at + 12),
    piece: body.subarray(UP),
  };
  const asks = sip.piece.length === 0;
  const within = asks ? sip.offset === sip.total : sip.offset + sip.piece.length <= sip.total;
  const sizes = [sip.piece.length, sip.most].every((size) => size <= LIMITS.sip) && sip.most > 0;
  if (sip.total === 0 || sip.total > LIMITS.post || !sizes || !within) {
    throw new ProtocolError('malformed', 'sip out of its body');
  }
  return sip;
}

const STATES = ['taken', 'answer', 'gone'] as const;

export function encodeDownSip(sip: DownSip): Bytes {
  const state = new Uint8Array([STATES.indexOf(sip.state)]);
  if (sip.state !== 'answer') return concat(state, u32(0), u32(0));
  return concat(state, u32(sip.total), u32(sip.offset), sip.piece);
}

/** Throws 'malformed' for what no server sends. */
export function decodeDownSip(body: Uint8Array): DownSip {
  const state = STATES[body[0] ?? STATES.length];
  if (body.length < DOWN || state === undefined) throw new ProtocolError('malformed', 'not a sip');
  if (state !== 'answer') return { state };
  const [total, offset, piece] = [readU32(body, 1), readU32(body, 5), body.subarray(DOWN)];
  if (total > LIMITS.post || offset + piece.length > total || (total > offset && !piece.length)) {
    throw new ProtocolError('malformed', 'sip out of its answer');
  }
  return { state, total, offset, piece };
}
