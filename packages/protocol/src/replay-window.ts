/**
 * Which sequence numbers of a direction have been seen (docs/protocol.md section 3): a sliding window,
 * as in RFC 4303 appendix A2, of the last 1,024.
 */

const SIZE = 1_024;

export class ReplayWindow {
  /** One bit for each of the last SIZE numbers, at number mod SIZE. */
  readonly #seen = new Uint8Array(SIZE / 8);
  #highest = -1;

  /**
   * Whether `seq` is new; if so it is marked as seen. False for one that was seen, one that is SIZE or
   * more below the highest, and anything but an unsigned safe integer. Ask only after the seal held.
   */
  accept(seq: number): boolean {
    if (!Number.isSafeInteger(seq) || seq < 0 || seq <= this.#highest - SIZE) return false;
    for (let skipped = Math.max(this.#highest + 1, seq - SIZE + 1); skipped <= seq; skipped++) {
      this.#mark(skipped, false);
    }
    this.#highest = Math.max(this.#highest, seq);
    if (this.#isMarked(seq)) return false;
    this.#mark(seq, true);
    return true;
  }

  #isMarked(seq: number): boolean {
    const bit = seq % SIZE;
    return ((this.#seen[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
  }

  #mark(seq: number, seen: boolean): void {
    const bit = seq % SIZE;
    const mask = 1 << (bit & 7);
    const byte = this.#seen[bit >> 3] as number;
    this.#seen[bit >> 3] = seen ? byte | mask : byte & ~mask;
  }
}
