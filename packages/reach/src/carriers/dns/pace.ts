/**
 * How fast a resolver is asked: few queries at a time, fewer when some are lost, and never more than so many a second,
 * for it is everybody's, and who asks much of it stands out.
 */
import type { Clock } from '../../clock.ts';

/** Queries at a time (count), and by how much they grow with each answer and shrink with each that is lost. */
const WINDOW = { first: 4, least: 2, most: 8, growth: 0.2, loss: 0.8 };
/** So many queries at once, and then one in so many ms. */
const RATE = { burst: 8, every: 40 };
/** How long an answer is waited for, in ms. */
const PATIENCE = { first: 2_500, least: 1_000, most: 6_000, growth: 1.3 };

export class Pace {
  readonly #clock: Clock;
  #window = WINDOW.first;
  #underWay = 0;
  #tokens = RATE.burst;
  #filledAt: number;
  #roundTrip: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /** Takes leave for one query, or says that there is none now. Each is followed by `answered` or `lost`. */
  take(): boolean {
    const now = this.#clock.now();
    // A clock that was set back fills nothing.
    const gained = Math.max(0, Math.floor((now - this.#filledAt) / RATE.every));
    this.#tokens = Math.min(RATE.burst, this.#tokens + gained);
    this.#filledAt = now < this.#filledAt ? now : this.#filledAt + gained * RATE.every;
    if (this.#tokens < 1 || this.#underWay >= Math.floor(this.#window)) return false;
    this.#tokens--;
    this.#underWay++;
    return true;
  }

  /** In how many ms there may be leave again, if the window has room. */
  get next(): number {
    return this.#tokens > 0 ? 0 : RATE.every;
  }

  answered(ms: number): void {
    this.#underWay--;
    this.#window = Math.min(WINDOW.most, this.#window + WINDOW.growth);
    this.#roundTrip = this.#roundTrip === null ? ms : this.#roundTrip * 0.8 + ms * 0.2;
  }

  lost(): void {
    this.#underWay--;
    this.#window = Math.max(WINDOW.least, this.#window * WINDOW.loss);
  }

  /** How long the answer to a query is waited for that was asked so often before, in ms. */
  patience(tries: number): number {
    const { first, least, most, growth } = PATIENCE;
    const usual = this.#roundTrip === null ? first : Math.max(least, 3 * this.#roundTrip);
    return Math.min(most, usual * growth ** tries);
  }
}
