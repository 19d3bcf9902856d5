/** How often a host is connected to: networks that count connections shut out whoever makes more than a few a minute. */

/** New connections to one host within one window: so many are borne. */
const CONNECTIONS = 4;
/** A little over a minute, in ms. */
const WINDOW = 61_000;

export class Turns {
  readonly #times = new Map<string, number[]>();

  /** Milliseconds until the host may be connected to again, by a clock that stands at `now`. */
  wait(host: string, now: number): number {
    const times = this.#recent(host, now);
    return times.length < CONNECTIONS ? 0 : (times[0] ?? now) + WINDOW - now;
  }

  /** Counts one. */
  take(host: string, now: number): void {
    this.#times.set(host, [...this.#recent(host, now), now]);
  }

  #recent(host: string, now: number): number[] {
    return (this.#times.get(host) ?? []).filter((time) => time > now - WINDOW);
  }
}
