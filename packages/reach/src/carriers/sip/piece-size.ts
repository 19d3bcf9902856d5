/**
 * How long the pieces of sips are: what surely passes at first, then as much as the line is seen to bear, for where each
 * connection counts a longer piece is time won. One sip at a time tries more than has come through before.
 */
import { LIMITS } from '@polynya/protocol/limits';

/** How long nothing longer is tried after a piece froze, doubled each time that the next one does, in ms. */
const WAIT = { least: 60_000, most: 1_800_000 };

export class PieceSize {
  /** The longest that has come through and not frozen since, in bytes. */
  #usual: number = LIMITS.surelySip;
  #wait = WAIT.least;
  #triesAgainAt = 0;
  /** The last answer to one of the usual length, counted among all. */
  #cameAs = 0;

  /** Of a piece by which nothing is tried, in bytes. */
  get usual(): number {
    return this.#usual;
  }

  /** Of a piece by which more is tried, in bytes; null if it is not the time for that. @param now ms since 1970 */
  more(left: number, now: number): number | null {
    return this.isMuch(left) && now >= this.#triesAgainAt ? this.#next : null;
  }

  /** Whether longer pieces are worth a try, and the wait for it, where so many bytes are left. */
  isMuch(left: number): boolean {
    return this.#next > this.#usual && left >= 2 * this.#next;
  }

  /** @param nth which answer it was, from 1 on */
  came(length: number, nth: number): void {
    if (length < this.#usual) return;
    this.#cameAs = nth;
    if (length === this.#usual) return;
    this.#usual = length;
    this.#wait = WAIT.least;
  }

  /** Whether one as long has come through after so many answers, so that it is not the length by which another froze. */
  passes(length: number, after: number): boolean {
    return length <= this.#usual && this.#cameAs > after;
  }

  /**
   * A piece did not come through: one that tried more, or the first of those of the usual length that now freeze.
   * @param now ms since 1970 @param alone whether nothing came through meanwhile
   */
  froze(length: number, now: number, alone: boolean): void {
    if (length <= this.#usual) {
      this.#usual = alone ? LIMITS.surelySip : Math.max(LIMITS.surelySip, Math.floor(length / 2));
    }
    this.#triesAgainAt = now + this.#wait;
    this.#wait = Math.min(2 * this.#wait, WAIT.most);
  }

  get #next(): number {
    return Math.min(2 * this.#usual, LIMITS.sip);
  }
}
