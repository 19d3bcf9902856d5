/** Whether a log was read as far as the server said that it reaches, since the line came up. */
export class KnownHead {
  /** null: the server has not said yet. */
  #head: number | null = null;

  told(head: number): void {
    this.#head = Math.max(this.#head ?? 0, head);
  }

  lineLost(): void {
    this.#head = null;
  }

  /** @param cursor the last seq that was taken in */
  reachedBy(cursor: number): boolean {
    return this.#head !== null && cursor >= this.#head;
  }
}
