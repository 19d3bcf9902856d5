/**
 * Connections that were made of late, to which host and when: networks that count them shut out whoever makes more than
 * a few a minute, so all who connect from one place keep one account.
 */

/** A little over a minute, in ms. */
const COUNTED_FOR = 65_000;
/** That are remembered (count). */
const MOST = 64;

/** That a host (with its port, if that is not the usual one) was connected to, and when, in ms since 1970. */
export interface Opening {
  readonly host: string;
  readonly at: number;
}

export class Openings {
  #all: readonly Opening[] = [];
  /** Hears of each that is noted here. */
  onNote: (opening: Opening) => void = () => undefined;

  /** Those that may still count, as they were heard of. */
  get all(): readonly Opening[] {
    return this.#all;
  }

  note(host: string, at: number): void {
    const opening = { host, at };
    this.add([opening]);
    this.onNote(opening);
  }

  /** Made elsewhere. */
  add(openings: readonly Opening[]): void {
    this.#all = [...this.#all, ...openings].slice(-MOST);
  }

  /** When a host was connected to within the last minute; what a clock that was set back left behind aside. */
  recent(host: string, now: number): readonly number[] {
    const counts = (opening: Opening) =>
      opening.host === host && Math.abs(now - opening.at) < COUNTED_FOR;
    return this.#all.filter(counts).map(({ at }) => at);
  }

  /** How many ms it takes until a host may be connected to by whoever makes at most so many connections a minute to it. */
  wait(host: string, most: number, now: number): number {
    const last = [...this.recent(host, now)].sort((a, b) => b - a)[most - 1];
    return last === undefined ? 0 : last + COUNTED_FOR - now;
  }

  /** When the first of a host's connections counts no more, in ms since 1970; Infinity if none counts. */
  changesAt(host: string, now: number): number {
    return Math.min(...this.recent(host, now)) + COUNTED_FOR;
  }
}
