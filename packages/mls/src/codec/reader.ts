/**
 * Reads the TLS presentation language (RFC 9420 section 2.1). Nothing is taken on trust: a length that reaches past
 * the end is refused before anything is made of it, and what is read shares no memory with the input.
 */
import { MlsError } from '../mls-error.ts';

export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** An unsigned integer of `size` bytes, at most 6. */
  uint(size: number): number {
    const end = this.#take(size);
    let value = 0;
    for (let i = end - size; i < end; i += 1) value = value * 256 + (this.#bytes[i] ?? 0);
    return value;
  }

  /** What `uint` will give. */
  peek(size: number): number {
    const value = this.uint(size);
    this.#at -= size;
    return value;
  }

  uint64(): bigint {
    return (BigInt(this.uint(4)) << 32n) | BigInt(this.uint(4));
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const end = this.#take(length);
    return new Uint8Array(this.#bytes.subarray(end - length, end));
  }

  /** A reader of the next `length` bytes, which this one skips. */
  part(length: number): Reader {
    const end = this.#take(length);
    return new Reader(this.#bytes.subarray(end - length, end));
  }

  #take(length: number): number {
    if (length > this.left) throw new MlsError('malformed', 'ends too early');
    this.#at += length;
    return this.#at;
  }
}
