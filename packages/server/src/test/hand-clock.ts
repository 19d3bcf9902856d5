/** A steady clock that the test moves. */
import type { SteadyClock } from '@polynya/reach/steady-clock';

export class HandClock implements SteadyClock {
  at = 0;
  readonly #due: { at: number; run: () => void }[] = [];
  now = () => 500_000 * 3_600_000 + this.at;
  steady = () => this.at;
  setTimeout(run: () => void, ms: number): () => void {
    const timer = { at: this.at + ms, run };
    this.#due.push(timer);
    return () => void this.#due.splice(this.#due.indexOf(timer), 1);
  }
  pass(ms: number): void {
    this.at += ms;
    for (const timer of this.#due.filter(({ at }) => at <= this.at)) {
      this.#due.splice(this.#due.indexOf(timer), 1);
      timer.run();
    }
  }
}
