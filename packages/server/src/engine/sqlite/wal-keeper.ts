/**
 * Empties the write-ahead log soon after an allowance paid for something: until then it shows which new
 * log or blob stands in one transaction with which debit, though no table ever does.
 */

/** How long the write-ahead log may hold a debit: short, yet many debits share one checkpoint. In ms. */
const PATIENCE = 500;

export class WalKeeper {
  readonly #checkpoint: () => Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `checkpoint` moves the log into the database and truncates it; it rejects where that fails. */
  constructor(checkpoint: () => Promise<unknown>) {
    this.#checkpoint = checkpoint;
  }

  /** Something was paid for. */
  debited(): void {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // A disk that is full now may have room then; one that fails ends the storage by itself.
      this.#checkpoint().catch(() => this.debited());
    }, PATIENCE).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
