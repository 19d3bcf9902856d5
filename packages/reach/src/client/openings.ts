/**
 * Connections that were made of late, to which host and when: networks that count them shut out whoever makes more than
 * a few a minute, so all who connect from one place keep one account.
 */

/** New connections to one host within a minute (count): more are policed somewhere. */
export const CONNECTIONS = 3;
/** A little over a minute, in ms. */
const COUNTED_FOR = 65_000;
/** That are remembered (count). */
export const MOST_OPENINGS = 64;

/** That a host (with its port, if that is not the usual one) was connected to, and when, in ms since 1970. */
export interface Opening {
  readonly host: string;
  readonly at: number;
}

/** Whether it may still count: it was within the last minute, or a clock was set back by less. @param now ms since 1970 */
export function counts({ at }: Opening, now: number): boolean {
  return Math.abs(now - at) < COUNTED_FOR;
}

/** A host that others connect to as well, at any time and without a word: so many connections are theirs. */
export interface Shared {
  readonly host: string;
  readonly theirs: number;
}

export class Openings {
  readonly #shared: Shared | undefined;
  #all: readonly Opening[] = [];
  /** Hears of each that is noted here, and whether it was made because connections freeze or are counted. */
  onNote: (opening: Opening, counts: boolean) => void = () => undefined;

  constructor(shared?: Shared) {
    this.#shared = shared;
  }

  /** Those that may still count, as they were heard of. */
  get all(): readonly Opening[] {
    return this.#all;
  }

  /** @param counts whether it was made because connections freeze or are counted here */
  note(host: string, at: number, counts = false): void {
    const opening = { host, at };
    this.add([opening]);
    this.onNote(opening, counts);
  }

  /** Made elsewhere. */
  add(openings: readonly Opening[]): void {
    this.#all = [...this.#all, ...openings].slice(-MOST_OPENINGS);
  }

  /** Those within the last minute; what a clock that was set back left behind aside. */
  counting(now: number): readonly Opening[] {
    return this.#all.filter((opening) => counts(opening, now));
  }

  /** When a host was connected to within the last minute. */
  recent(host: string, now: number): readonly number[] {
    return this.counting(now)
      .filter((opening) => opening.host === host)
      .map(({ at }) => at);
  }

  /**
   * How many of so many connections a minute to a host are ours to make.
   * @param alone whether there is no other host to go to: then all are
   */
  ours(host: string, most: number, alone: boolean): number {
    const theirs = this.#shared?.host === host && !alone ? this.#shared.theirs : 0;
    return Math.max(1, most - theirs);
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
