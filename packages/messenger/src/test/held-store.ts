/** A store whose chats come from the disk when a test lets them, and that can die as a killed process would. */
import type { ChatId } from '../api.ts';
import { type Change, type Range, type Store, StoreError, type Table } from '../store/store.ts';

export class HeldStore implements Store {
  readonly #store: Store;
  readonly #held: (chat: ChatId) => Promise<void>;
  /** Nothing is stored any more. */
  dead = false;

  /** @param held settles when that chat may be read */
  constructor(store: Store, held: (chat: ChatId) => Promise<void>) {
    this.#store = store;
    this.#held = held;
  }

  async get(table: Table, key: string): Promise<Uint8Array | undefined> {
    if (table === 'log') await this.#held(key);
    return this.#store.get(table, key);
  }

  async range(table: Table, range?: Range): Promise<[string, Uint8Array][]> {
    const found = await this.#store.range(table, range);
    const chats = table === 'group' ? found.map(([key]) => key.slice(0, key.indexOf('/'))) : [];
    for (const chat of new Set(chats)) await this.#held(chat);
    return found;
  }

  async apply(changes: readonly Change[]): Promise<void> {
    if (this.dead) throw new StoreError('failed', 'killed');
    await this.#store.apply(changes);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  destroy(): Promise<void> {
    return this.#store.destroy();
  }
}
