/** What many have to do at the end of a turn of the event loop, asked of the platform once for all of them. */

export interface Flushed {
  flush(): void;
}

export class TurnEnds {
  #due: Flushed[] = [];

  /** `one.flush` is called at the end of this turn; the caller sees to it that it is not added twice. */
  add(one: Flushed): void {
    if (this.#due.push(one) === 1) setImmediate(() => this.#run());
  }

  #run(): void {
    const due = this.#due;
    this.#due = [];
    for (const one of due) one.flush();
  }
}
