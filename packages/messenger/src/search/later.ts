/**
 * Search, once somebody searches or there is something to index. Which blocks of which chats changed is written
 * with the rows themselves (timeline/draft.ts), so that nothing is forgotten by whoever stops in the middle.
 */
import type { Device } from '../device.ts';
import { DIRTY } from './keys.ts';
import type { SearchIndex } from './search-index.ts';

/** ms: what changes within them is indexed at once. */
const PAUSE = 5_000;

export class LaterSearch {
  readonly #device: Device;
  #index: Promise<SearchIndex> | null = null;
  #cancel: (() => void) | null = null;

  constructor(device: Device) {
    this.#device = device;
    const { changes, closing } = device;
    changes.on(['chats'], () => this.#soon());
    closing.addEventListener('abort', () => this.#cancel?.());
  }

  /** @throws whatever loading throws: it is tried again the next time */
  get(): Promise<SearchIndex> {
    this.#index ??= import('../occasional.ts').then(
      ({ SearchIndex }) => new SearchIndex(this.#device),
      (error: unknown) => {
        this.#index = null;
        throw error;
      },
    );
    return this.#index;
  }

  #soon(): void {
    const { clock, log } = this.#device.ports;
    this.#cancel ??= clock.setTimeout(() => {
      this.#cancel = null;
      this.#look().catch((error: unknown) =>
        log(`the index waits: ${error instanceof Error ? error.name : ''}`),
      );
    }, PAUSE);
  }

  async #look(): Promise<void> {
    const { ports, closing } = this.#device;
    if (closing.aborted) return;
    const dirty = await ports.store.range('search', { ...DIRTY, limit: 1 });
    const built = await ports.store.get('search', 'built');
    if (dirty.length > 0 || !built) await (await this.get()).tend();
  }
}
