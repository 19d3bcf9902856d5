/**
 * What the view of one open chat has read, kept as it is written: computed anew after a change, the view reads nothing
 * again that did not change. A page of hundreds of rows costs as much for one reaction as a page of ten.
 */
import type { Codec } from '@polynya/protocol/schema';
import type { ChatId } from '../api.ts';
import type { Change, Range, Reads, Table } from '../store/store.ts';
import type { Source } from '../timeline/page.ts';
import { decode } from '../timeline/stored.ts';

/** Single values: quoted messages, files. More are of rows that have gone out of the page. */
const VALUES = 4_096;

export class KeptReads implements Source {
  readonly #store: Reads;
  readonly #chat: ChatId;
  readonly #spare: number;
  /** Since `refresh`; another array for each view. */
  #written: Change[] = [];
  readonly #values = new Map<string, Uint8Array | undefined>();
  readonly #decoded = new WeakMap<Uint8Array, unknown>();
  /** All rows of the timeline from `#from` up to `#to`. */
  #rows = new Map<string, Uint8Array>();
  #from = '';
  #to = '';

  /** @param spare rows read beyond those that are asked for: so many may go before they are read anew */
  constructor(store: Reads, chat: ChatId, spare = 64) {
    this.#store = store;
    this.#spare = spare;
    this.#chat = chat;
  }

  /** Hears of every batch that can be read from now on. */
  wrote(changes: readonly Change[]): void {
    for (const change of changes) {
      const { table, key } = change;
      if ((table === 'timeline' || table === 'file') && key.includes(this.#chat)) {
        this.#written.push(change);
      }
    }
  }

  /** To be called ahead of each view, none of which may begin before the one before it is done. */
  refresh(): void {
    for (const { table, key, value } of this.#written) {
      const name = table + key;
      if (this.#values.has(name)) this.#values.set(name, value ?? undefined);
      if (table === 'file' || key < this.#from || key >= this.#to) continue;
      if (value) this.#rows.set(key, value);
      else this.#rows.delete(key);
    }
    this.#written = [];
    if (this.#values.size > VALUES) this.#values.clear();
  }

  async get(table: Table, key: string): Promise<Uint8Array | undefined> {
    const name = table + key;
    if (this.#values.has(name)) return this.#values.get(name);
    const view = this.#written;
    const value = await this.#store.get(table, key);
    // A view that failed does not wait for all that it had asked for: what comes late may be of before a change.
    if (view === this.#written) this.#values.set(name, value);
    return value;
  }

  /** The last rows of the timeline within some bounds, the last one first: of no others is anything kept. */
  async range(
    table: Table,
    { from = '', to = '', limit = 0 }: Range,
  ): Promise<[string, Uint8Array][]> {
    const isShort = this.#rows.size < limit && this.#from > from;
    if (to !== this.#to || isShort) {
      const range = { from, to, limit: limit + this.#spare, reverse: true };
      const found = await this.#store.range(table, range);
      this.#rows = new Map(found);
      this.#from = found[range.limit - 1]?.[0] ?? from;
      this.#to = to;
    }
    const rows = [...this.#rows].sort(([a], [b]) => (a < b ? 1 : -1));
    // As long as it is open a chat grows.
    for (const [key] of rows.splice(limit + 2 * this.#spare)) this.#rows.delete(key);
    if (rows.length === limit + 2 * this.#spare) this.#from = rows.at(-1)?.[0] ?? from;
    return rows.slice(0, limit);
  }

  /** As `decode`, once for what is kept. */
  readonly decode = <T>(codec: Codec<T>, value: Uint8Array): T => {
    const known = this.#decoded.get(value) ?? decode(codec, value);
    this.#decoded.set(value, known);
    return known as T;
  };
}
