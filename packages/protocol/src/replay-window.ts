/**
 * Which sequence numbers of a direction have been seen (docs/protocol.md section 3): a sliding window,
 * as in RFC 4303 appendix A2, of the last 1,024.
 */

const SIZE = 1_024;

export class ReplayWindow {
  /** One bit for each of the last SIZE numbers, at number mod SIZE; not there as long as none was skipped. */
  #seen: Uint8Array | undefined;
  #highest = -1;

  /**
   * Whether `seq` is new; if so it is marked as seen. False for one that was seen, one that is SIZE or
   * more below the highest, and anything but an unsigned safe integer. Ask only after the seal held.
   */
  accept(seq: number): boolean {
    if (!Number.isSafeInteger(seq) || seq < 0 || seq <= this.#highest - SIZE) return false;
    if (!this.#seen) {
      if (seq <= this.#highest + 1) return this.#isNext(seq);
      this.#seen = new Uint8Array(SIZE / 8).fill(0xff);
    }
    for (let skipped = Math.max(this.#highest + 1, seq - SIZE + 1); skipped <= seq; skipped++) {
      mark(this.#seen, skipped, false);
    }
    this.#highest = Math.max(this.#highest, seq);
    if (isMarked(this.#seen, seq)) return false;
    mark(this.#seen, seq, true);
    return true;
  }

  /** Of numbers that all came in order. */
  #isNext(seq: number): boolean {
    const next = seq > this.#highest;
    if (next) this.#highest = seq;
    return next;
  }
}

function isMarked(seen: Uint8Array, seq: number): boolean {
  const bit = seq % SIZE;
  return ((seen[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
}

function mark(seen: Uint8Array, seq: number, isSeen: boolean): void {
  const bit = seq % SIZE;
  const mask = 1 << (bit & 7);
  const byte = seen[bit >> 3] as number;
  seen[bit >> 3] = isSeen ? byte | mask : byte & ~mask;
}
