/** How often a host is connected to: networks that count connections shut out whoever makes more than a few a minute. */

/** All who connect from this browser, and when; ms since 1970. */
export interface Account {
  note(host: string, at: number, counts: boolean): void;
  /** How many of so many connections a minute to a host are ours to make. @param alone whether there is no other host to go to */
  ours(host: string, most: number, alone: boolean): number;
  /** Milliseconds until a host may be connected to by whoever makes at most so many connections a minute to it. */
  wait(host: string, most: number, now: number): number;
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

  /** Milliseconds until the host may be connected to again. @param alone whether there is no other to go to */
  wait(host: string, alone: boolean): number {
    const ours = this.#account.ours(host, this.#most, alone);
    return this.#account.wait(host, ours, this.#now());
  }

  /** Counts one. */
  take(host: string): void {
    this.#account.note(host, this.#now(), true);
  }
}
