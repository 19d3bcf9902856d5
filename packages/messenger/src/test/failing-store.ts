/** A store that dies at a chosen write, as a killed process would: from then on nothing is stored any more. */
import { type Change, type Range, type Store, StoreError, type Table } from '../store/store.ts';

export class FailingStore implements Store {
  readonly #store: Store;
  /** Writes until it dies. */
  left = Number.POSITIVE_INFINITY;
  /** The write that it dies at takes effect, and only its answer is lost. */
  silently = false;

  constructor(store: Store) {
    this.#store = store;
  }

  get dead(): boolean {
    return this.left <= 0;
  }

  get(table: Table, key: string): Promise<Uint8Array | undefined> {
    return this.#store.get(table, key);
  }

  range(table: Table, range?: Range): Promise<[string, Uint8Array][]> {
    return this.#store.range(table, range);
  }

  async apply(changes: readonly Change[]): Promise<void> {
    const dies = --this.left <= 0;
    if (dies && !(this.silently && this.left === 0)) throw new StoreError('failed', 'killed');
    await this.#store.apply(changes);
    if (dies) throw new StoreError('failed', 'killed');
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  destroy(): Promise<void> {
    return this.#store.destroy();
  }
}
