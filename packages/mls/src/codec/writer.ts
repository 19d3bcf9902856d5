/** A growing buffer for the TLS presentation language (RFC 9420 section 2.1). Numbers are big-endian. */

/** Most structures that are derived from fit, and engines make arrays of no more than this several times faster. */
const FIRST_SIZE = 64;

export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** `size`: bytes that will probably be written. */
  constructor(size: number = FIRST_SIZE) {
    this.#bytes = new Uint8Array(size);
  }

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

  /** What was written. Nothing more may be. */
  finish(): Uint8Array<ArrayBuffer> {
    const whole = this.#bytes;
    return this.#length === whole.length ? whole : whole.slice(0, this.#length);
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
