/**
 * Strict decoding on top of the library's TLS presentation codec (RFC 9420 section 2.1), and the form in which a
 * PrivateMessage (section 6.3) stands in a log: without what the log says already.
 */
import type { Decoder } from 'ts-mls/codec/tlsDecoder.js';
import { mapDecoders } from 'ts-mls/codec/tlsDecoder.js';
import type { BufferEncoder } from 'ts-mls/codec/tlsEncoder.js';
import { contramapBufferEncoders, encode } from 'ts-mls/codec/tlsEncoder.js';
import {
  decodeVarLenData,
  decodeVarLenType,
  varLenDataEncoder,
  varLenTypeEncoder,
} from 'ts-mls/codec/variableLength.js';
import type { PrivateMessage } from 'ts-mls/privateMessage.js';
import type { Entry } from './engine.ts';
import { MAX_BODY, MAX_BOUND } from './limits.ts';
import { asMlsError, MlsError } from './mls-error.ts';

export interface Codec<T> {
  readonly encode: BufferEncoder<T>;
  readonly decode: Decoder<T>;
}

/** A struct: its fields one after the other. */
export function struct<T extends unknown[], R>(
  fields: readonly [...{ [K in keyof T]: Codec<T[K]> }],
  take: (value: R) => [...T],
  make: (...values: T) => R,
): Codec<R> {
  const encoders = fields.map((field) => field.encode) as { [K in keyof T]: BufferEncoder<T[K]> };
  const decoders = fields.map((field) => field.decode) as { [K in keyof T]: Decoder<T[K]> };
  return {
    encode: contramapBufferEncoders<T, R>(encoders, take),
    decode: mapDecoders<T, R>(decoders, make),
  };
}

/** `opaque value<V>` */
export const opaque: Codec<Uint8Array> = { encode: varLenDataEncoder, decode: decodeVarLenData };

/** `T values<V>` */
export function vector<T>(item: Codec<T>): Codec<T[]> {
  return { encode: varLenTypeEncoder(item.encode), decode: decodeVarLenType(item.decode) };
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/**
 * Decodes all of `bytes`, at most `cap` of them. What does not encode back to the same bytes (a length longer than
 * needed, a value out of its range) is `malformed` too: references and hashes are made over these encodings.
 * The result shares no memory with `bytes`.
 */
export function decodeExactly<T>(codec: Codec<T>, bytes: Uint8Array, cap: number): T {
  if (bytes.length > cap) throw new MlsError('malformed', `longer than ${cap} bytes`);
  const copy = bytes.slice();
  try {
    const decoded = codec.decode(copy, 0);
    if (decoded !== undefined && sameBytes(encode(codec.encode)(decoded[0]), bytes)) {
      return decoded[0];
    }
  } catch (error) {
    throw asMlsError('malformed', error);
  }
  throw new MlsError('malformed');
}

type Body = Pick<PrivateMessage, 'encryptedSenderData' | 'ciphertext'>;

const bodyCodec: Codec<Body> = struct(
  [opaque, opaque],
  (body: Body) => [body.encryptedSenderData, body.ciphertext],
  (encryptedSenderData, ciphertext) => ({ encryptedSenderData, ciphertext }),
);

/** `authenticated_data` of a Commit ends in whether it closes: a server that tells it otherwise breaks the seal. */
export function withClosesFlag(authenticatedData: Uint8Array, closes: boolean): Uint8Array {
  return Uint8Array.of(...authenticatedData, closes ? 1 : 0);
}

export function encodeBody(message: PrivateMessage): Uint8Array {
  return encode(bodyCodec.encode)(message);
}

/** The PrivateMessage that an entry of group `groupId` stands for. */
export function decodeEntry(entry: Entry, groupId: Uint8Array): PrivateMessage {
  for (const number of [entry.epoch, entry.time ?? 0]) {
    if (!Number.isSafeInteger(number) || number < 0) throw new MlsError('malformed');
  }
  const commit = entry.kind === 'commit';
  const bound = entry.authenticatedData ?? new Uint8Array();
  if (bound.length > MAX_BOUND)
    throw new MlsError('malformed', `more than ${MAX_BOUND} bound bytes`);
  return {
    ...decodeExactly(bodyCodec, entry.body, MAX_BODY),
    groupId,
    epoch: BigInt(entry.epoch),
    contentType: commit ? 'commit' : 'application',
    authenticatedData: commit ? withClosesFlag(bound, entry.closes === true) : bound,
  };
}
