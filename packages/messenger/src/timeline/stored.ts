/** Records as bytes for the Store: the wire's CBOR, with its codecs. */
import { decodeCbor, encodeCbor } from '@polynya/protocol/cbor';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { type Codec, text } from '@polynya/protocol/schema';
import type { ProblemCode } from '../api.ts';
import { StoreError } from '../store/store.ts';

export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  return encodeCbor(codec.encode(value));
}

/** @throws StoreError 'corrupt' for what this version cannot have written */
export function decode<T>(codec: Codec<T>, value: Uint8Array): T {
  try {
    return codec.decode(decodeCbor(value));
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new StoreError('corrupt', 'a stored record cannot be read', cause);
  }
}

/** One of a few words. */
export function choice<const W extends string>(...words: readonly W[]): Codec<W> {
  const check = (value: unknown): W => {
    const word = words.find((known) => known === value);
    if (word === undefined) throw new ProtocolError('malformed', 'unknown word');
    return word;
  };
  return { encode: check, decode: check };
}

/** Why something failed. Records are read only by the version that knows their words, or a later one. */
export const problemCode = text(32) as Codec<ProblemCode>;
