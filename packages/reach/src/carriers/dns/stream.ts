/** DNS messages on a TCP connection, each after its length in two bytes (RFC 1035 section 4.2.2). */
export class Stream {
  readonly #onMessage: (message: Uint8Array) => void;
  #received = Buffer.alloc(0);

  constructor(onMessage: (message: Uint8Array) => void) {
    this.#onMessage = onMessage;
  }

  static framed(message: Uint8Array): Buffer {
    return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]);
  }

  /** Takes what came, however it was cut. */
  take(part: Buffer): void {
    this.#received = Buffer.concat([this.#received, part]);
    while (this.#received.length >= 2) {
      const end = 2 + this.#received.readUInt16BE(0);
      if (this.#received.length < end) return;
      const message = this.#received.subarray(2, end);
      this.#received = this.#received.subarray(end);
      this.#onMessage(message);
    }
  }
}
