/** A growing buffer for the TLS presentation language (RFC 9420 section 2.1). Numbers are big-endian. */

const FIRST_SIZE = 128;

export class Writer {
  #bytes = new Uint8Array(FIRST_SIZE);
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** An unsigned integer of `size` bytes, at most 6. */
  uint(value: number, size: number): void {
    const at = this.#grow(size);
    let rest = value;
    for (let i = size - 1; i >= 0; i -= 1) {
      this.#bytes[at + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }

  uint64(value: bigint): void {
    const at = this.#grow(8);
    new DataView(this.#bytes.buffer).setBigUint64(at, value);
  }

  bytes(value: Uint8Array): void {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
  }

  /** Puts `value` before what was written from `at` on. */
  insert(at: number, value: Uint8Array): void {
    const end = this.#grow(value.length);
    this.#bytes.copyWithin(at + value.length, at, end);
    this.#bytes.set(value, at);
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }
}
