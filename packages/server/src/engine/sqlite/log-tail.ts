/**
 * What was appended lately: it stands in the journal and here, and in the tables of logs as soon as many
 * entries of a log can go there at a time.
 */
import { keyOf } from '@polynya/reach/key-of';
import type { StoredRow } from './log-tables.ts';

/** An entry as it is stored, without what only Commits have. */
export interface TailEntry {
  readonly seq: number;
  readonly kind: number;
  readonly epoch: number;
  readonly id: Uint8Array;
  /** Sealed under the key of the day of `hour`. */
  readonly body: Uint8Array;
  readonly hour: number;
}

/** With the log that it is in. */
export interface JournalEntry extends TailEntry {
  readonly log: Uint8Array;
}

/** The last entries of one log. */
export class LogTail {
  readonly log: Uint8Array;
  readonly key: string;
  /** The log as the tables have it, and as it is with these entries. */
  readonly base: StoredRow;
  row: StoredRow;
  readonly entries: TailEntry[] = [];
  /** Of the epochs whose first entry is among these, its seq. */
  readonly firsts = new Map<number, number>();
  readonly #ids = new Map<string, TailEntry>();
  #mark: { readonly row: StoredRow; readonly entries: number } | undefined;

  /** `row`: the log as the tables have it. */
  constructor(log: Uint8Array, key: string, row: StoredRow) {
    this.log = log;
    this.key = key;
    this.base = row;
    this.row = row;
  }

  find(id: Uint8Array): TailEntry | undefined {
    return this.#ids.get(keyOf(id));
  }

  add(entry: TailEntry): void {
    this.entries.push(entry);
    this.#ids.set(keyOf(entry.id), entry);
  }

  /** Remembers how it is, unless it does already; says whether it did. */
  mark(): boolean {
    if (this.#mark) return false;
    this.#mark = { row: this.row, entries: this.entries.length };
    return true;
  }

  unmark(): void {
    this.#mark = undefined;
  }

  /** As it was at the mark, if there is one; says whether anything is left. */
  back(): boolean {
    const { row, entries } = this.#mark ?? { row: this.row, entries: this.entries.length };
    for (const { id } of this.entries.splice(entries)) this.#ids.delete(keyOf(id));
    for (const [epoch, seq] of this.firsts) if (seq > row.head) this.firsts.delete(epoch);
    this.row = row;
    this.#mark = undefined;
    return entries > 0;
  }
}

/** The tails of all logs that have one, and how they were when the transaction began. */
export class LogTails {
  readonly #tails = new Map<string, LogTail>();
  #marked: LogTail[] = [];
  #taken: LogTail[] = [];

  get size(): number {
    return this.#tails.size;
  }

  get(key: string): LogTail | undefined {
    return this.#tails.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#tails.keys();
  }

  /** The tail of a log, to be added to. `row`: the log as it is without one. */
  open(log: Uint8Array, key: string, row: StoredRow): LogTail {
    let tail = this.#tails.get(key);
    if (!tail) {
      tail = new LogTail(log, key, row);
      this.#tails.set(key, tail);
    }
    if (tail.mark()) this.#marked.push(tail);
    return tail;
  }

  /** Its entries go into the tables. */
  take(tail: LogTail): void {
    this.#tails.delete(tail.key);
    this.#taken.push(tail);
  }

  committed(): void {
    for (const tail of this.#marked) tail.unmark();
    this.#marked = [];
    this.#taken = [];
  }

  /** Everything as it was before the transaction. */
  undone(): void {
    const before = this.#marked.filter((tail) => !tail.back());
    for (const tail of before) this.#tails.delete(tail.key);
    for (const tail of this.#taken) if (!before.includes(tail)) this.#tails.set(tail.key, tail);
    this.#marked = [];
    this.#taken = [];
  }
}
