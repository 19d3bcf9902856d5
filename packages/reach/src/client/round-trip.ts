/** How long an answer may take before asking again: RFC 6298, with room for bytes under way on slow lines. */

const LEAST = 1_000;
const MOST = 30_000;
/** Before anything was measured, ms. */
const FIRST = 3_000;
/** The slowest line that is not taken for a dead one, bytes per ms. */
const SLOWEST = 4;

export class RoundTrip {
  #smoothed: number | undefined;
  #variation = 0;

  /** A round trip of `ms`, of a request that was sent once. */
  measured(ms: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = ms;
      this.#variation = ms / 2;
      return;
    }
    this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - ms);
    this.#smoothed = 0.875 * this.#smoothed + 0.125 * ms;
  }

  /** Ms to wait for an answer, the `attempt`th time (from 1), with so many bytes under way. */
  timeout(attempt: number, bytes: number): number {
    const measured =
      this.#smoothed === undefined ? FIRST : this.#smoothed + Math.max(10, 4 * this.#variation);
    const backedOff = Math.max(LEAST, measured) * 2 ** Math.min(attempt - 1, 5);
    return Math.min(MOST, backedOff) + bytes / SLOWEST;
  }
}
