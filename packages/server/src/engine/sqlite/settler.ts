/** Moves what stands in the journal to the tables when nobody else gives occasion to: few come, so it does not press. */

/** How long something may stand there, and the time between two steps, in ms. */
const PATIENCE = 5_000;
const PAUSE = 20;

export class Settler {
  readonly #step: () => Promise<boolean>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `step` moves some of it and says whether there is more; it rejects where that fails. */
  constructor(step: () => Promise<boolean>) {
    this.#step = step;
  }

  /** Something came to the journal. */
  appended(): void {
    if (!this.#stopped) this.#timer ??= setTimeout(() => this.#go(), PATIENCE).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #go(): void {
    this.#step().then(
      (more) => {
        this.#timer = undefined;
        if (more && !this.#stopped) this.#timer = setTimeout(() => this.#go(), PAUSE).unref();
      },
      () => {
        // A disk that is full now may have room then; one that fails ends the storage by itself.
        this.#timer = undefined;
        this.appended();
      },
    );
  }
}
