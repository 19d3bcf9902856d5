/**
 * How long the pieces of sips are: what surely passes at first, then as much as the line is seen to bear, for where each
 * connection counts a longer piece is time won. One sip at a time tries more than has come through before.
 */
import { LIMITS } from '@polynya/protocol/limits';

/** How long nothing longer is tried after a piece froze, doubled with each that does, in ms. */
const WAIT = { least: 60_000, most: 1_800_000 };

export class PieceSize {
  /** The longest that has come through and not frozen since, in bytes. */
  #usual: number = LIMITS.surelySip;
  #trying = false;
  #wait = WAIT.least;
  #triesAgainAt = 0;

  /** Of a piece, in bytes, if nothing more is tried by it. */
  get usual(): number {
    return this.#usual;
  }

  /**
   * Of a piece by which more is tried, in bytes; null if it is not the time for that, or so little is left that nothing
   * is won. Whoever sends it says so by `tries`. @param now ms since 1970
   */
  more(left: number, now: number): number | null {
    const more = Math.min(2 * this.#usual, LIMITS.sip);
    return this.#isMuch(left) && !this.#trying && now >= this.#triesAgainAt ? more : null;
  }

  tries(): void {
    this.#trying = true;
  }

  /** Whether so many bytes had better wait for what is being tried: connections are dear. */
  waits(left: number): boolean {
    return this.#trying && this.#isMuch(left);
  }

  came(length: number): void {
    if (length <= this.#usual) return;
    this.#usual = length;
    this.#trying = false;
  }

  /** One that is longer than what surely passes did not come through. @param now ms since 1970 */
  froze(length: number, now: number): void {
    this.gaveUp(length);
    this.#usual = Math.min(this.#usual, Math.max(LIMITS.surelySip, Math.floor(length / 2)));
    this.#triesAgainAt = now + this.#wait;
    this.#wait = Math.min(2 * this.#wait, WAIT.most);
  }

  /** It did not come through, and that may be its host's fault. */
  gaveUp(length: number): void {
    if (length > this.#usual) this.#trying = false;
  }

  #isMuch(left: number): boolean {
    const more = Math.min(2 * this.#usual, LIMITS.sip);
    return more > this.#usual && left >= 2 * more;
  }
}
