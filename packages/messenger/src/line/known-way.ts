/** The way to a server that worked last, kept for each network: what is filtered in one is not in the next. */
import { fromUtf8, toHex, utf8 } from '@polynya/protocol/bytes';
import { type Store, StoreError } from '../store/store.ts';

export class KnownWay {
  readonly #store: Store;
  readonly #network: () => string;
  readonly #prefix: string;
  /** What is stored, as far as was seen. */
  #stored: string | undefined;

  /** @param network tells networks apart, without saying which they are; the same text for all will do */
  constructor(store: Store, identity: Uint8Array, network: () => string) {
    this.#store = store;
    this.#network = network;
    this.#prefix = `way/${toHex(identity)}/`;
  }

  /** undefined also where the store cannot say, closed meanwhile perhaps: it is only a saving of time. */
  async load(): Promise<string | undefined> {
    try {
      const value = await this.#store.get('self', this.#prefix + this.#network());
      this.#stored = value && fromUtf8(value);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
    return this.#stored;
  }

  save(way: string): void {
    if (way === this.#stored) return;
    this.#stored = way;
    const key = this.#prefix + this.#network();
    this.#store.apply([{ table: 'self', key, value: utf8(way) }]).catch(() => {
      // Only a saving of time: without it all ways race again at the next start.
    });
  }
}
