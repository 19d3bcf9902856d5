/** How often a host is connected to: networks that count connections shut out whoever makes more than a few a minute. */

/** A little over a minute, in ms. */
const WINDOW = 65_000;

/** All who connect from this browser, and when; ms since 1970. */
export interface Account {
  note(host: string, at: number): void;
  /** Of the last minute. */
  recent(host: string, now: number): readonly number[];
}

export class Turns {
  readonly #account: Account;
  readonly #most: number;
  readonly #now: () => number;

  /** @param most new connections to one host within a minute, whoever makes them @param now ms since 1970 */
  constructor(account: Account, most: number, now: () => number = Date.now) {
    this.#account = account;
    this.#most = most;
    this.#now = now;
  }

  /** Milliseconds until the host may be connected to again. */
  wait(host: string): number {
    const now = this.#now();
    const times = [...this.#account.recent(host, now)].sort((a, b) => b - a);
    const last = times[this.#most - 1];
    return last === undefined ? 0 : last + WINDOW - now;
  }

  /** Counts one. */
  take(host: string): void {
    this.#account.note(host, this.#now());
  }
}
