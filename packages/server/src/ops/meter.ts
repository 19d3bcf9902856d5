/** Counts what requests are asked and how they end, by closed lists of words: no label holds what came from outside. */
import type { Request } from '@polynya/protocol/requests';
import type {
  Outcome,
  SessionHandler,
  SessionLogic,
  SessionPort,
} from '@polynya/reach/server/session-handler';
import { type Between, SessionThrough } from '../delivery/session-through.ts';
import { InProgress } from '../in-progress.ts';
import { wordOf } from './outcome.ts';

/** Upper bounds of the histogram, in seconds. */
export const BOUNDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
] as const;

/** Stands between sessions and what answers them. */
export class Meter implements SessionHandler, Between {
  readonly #inner: SessionHandler;
  /** Milliseconds since any moment. */
  readonly #steady: () => number;
  /** By `op outcome`. */
  readonly requests = new Map<string, number>();
  /** How many took at most BOUNDS[i]; the last: longer. */
  readonly took: number[] = new Array(BOUNDS.length + 1).fill(0);
  secondsInAll = 0;
  readonly #asked = new InProgress();

  constructor(inner: SessionHandler, steady: () => number) {
    this.#inner = inner;
    this.#steady = steady;
  }

  open(port: SessionPort): SessionLogic {
    return new SessionThrough(this, this.#inner.open(port));
  }

  /** Requests that are not answered yet. */
  get underWay(): number {
    return this.#asked.count;
  }

  /** Resolves when all that is under way was answered. */
  idle(): Promise<void> {
    return this.#asked.none();
  }

  /** Asks `logic`, and counts it. */
  call(logic: SessionLogic, request: Request, answered: (outcome: Outcome) => void): void {
    const started = this.#steady();
    this.#asked.begin();
    logic.call(request, (outcome) => {
      this.#count(`${request.op} ${wordOf(outcome)}`, (this.#steady() - started) / 1_000);
      answered(outcome);
    });
  }

  #count(what: string, seconds: number): void {
    this.requests.set(what, (this.requests.get(what) ?? 0) + 1);
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    const at = bucket < 0 ? BOUNDS.length : bucket;
    this.took[at] = (this.took[at] ?? 0) + 1;
    this.secondsInAll += seconds;
    this.#asked.end();
  }
}
