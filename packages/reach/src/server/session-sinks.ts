/** The connections that a client's session has used, and by which of them it can be told something (docs/protocol.md section 3). */
import type { Sink } from './sink.ts';

/** Most sessions have had none of something. */
const NONE: readonly Sink[] = [];

export class SessionSinks {
  /** The one that spoke last at the end. */
  #all: readonly Sink[] = NONE;
  /** Whether what was asked last came by a connection that answers and no more: those that stand may be frozen, and be gone for the client. */
  #polls = false;
  /** The number of the envelope that said that: others may come late. */
  #since = -1;

  /** The one that spoke last. */
  get last(): Sink | undefined {
    return this.#all.at(-1);
  }

  /** Whether a connection is there on which something can be told. */
  get connected(): boolean {
    return this.#all.some((sink) => sink.open);
  }

  /** An envelope came by it. Whether another spoke last. */
  heard(sink: Sink): boolean {
    if (sink === this.last) return false;
    // Not spread: of a list that is spread V8 keeps room for sixteen more.
    this.#all = this.#all.filter((one) => one !== sink).concat(sink);
    return true;
  }

  /** More was asked by it than a line is tried out with. @param seq of the envelope; -1 for the first flight */
  asked(sink: Sink, seq: number): void {
    if (seq < this.#since) return;
    this.#polls = !sink.standing;
    this.#since = seq;
  }

  closed(sink: Sink): void {
    this.#all = this.#all.filter((one) => one !== sink);
  }

  /** The session is over: answers those that it had. */
  end(): readonly Sink[] {
    const all = this.#all;
    this.#all = NONE;
    return all;
  }

  /**
   * The one that spoke last of those that have a way down, and that the client still listens to.
   * @param isAnswered whether something goes down there in any case
   */
  forPushes(isAnswered: (sink: Sink) => boolean): Sink | undefined {
    const leads = (sink: Sink): boolean => (sink.standing ? !this.#polls : isAnswered(sink));
    return this.#all.findLast((sink) => sink.open && leads(sink));
  }
}
