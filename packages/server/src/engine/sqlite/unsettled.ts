/**
 * What was appended and is not in the tables of logs yet: in the journal, and in memory as tails of their logs. It
 * goes to the tables many entries of a log at a time, and the logs one after another as they stand there, in
 * steps at the end of later transactions.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Journal } from './journal.ts';
import type { LogTables, StoredRow } from './log-tables.ts';
import { type JournalEntry, type LogTail, LogTails, type TailEntry } from './log-tail.ts';

/** What gathers in the journal before it begins to go to the tables, as it counts in a log (bytes). */
const GATHERED = 4_194_304;
/**
 * What goes to the tables in a turn: at least, for each byte that came in it, and where nothing comes (bytes);
 * and rows of the journal that are deleted then, and where nothing comes.
 */
const STEP = { least: 32_768, each: 2, idle: 262_144, rows: 4, idleRows: 64 };

export class Unsettled {
  readonly #tables: LogTables;
  readonly #journal: Journal;
  readonly #settled: (tail: LogTail) => void;
  readonly #tails = new LogTails();
  /** Tails that go to the tables, the next at the end; the rows of the journal up to `upTo` go after them. */
  #leaving: string[] = [];
  #upTo = 0;
  /** Up to here no row of the journal is left. */
  #cleared = 0;
  /** No entry in the journal is of an earlier hour. */
  #oldest = Number.POSITIVE_INFINITY;
  /** What came since the last tails began to leave, and what came in this turn. */
  #gathered = 0;
  #came = 0;

  /** `settled` hears of each tail that went to the tables. */
  constructor(db: DatabaseSync, tables: LogTables, settled: (tail: LogTail) => void) {
    this.#tables = tables;
    this.#journal = new Journal(db);
    this.#settled = settled;
  }

  /** Whether nothing is left to be moved, nor a row of the journal to be deleted. */
  get none(): boolean {
    return this.#tails.size === 0 && this.#cleared === this.#journal.last;
  }

  /** Whether an entry of before `hour` may be in the journal. */
  maybeBefore(hour: number): boolean {
    return this.#oldest < hour;
  }

  tail(key: string): LogTail | undefined {
    return this.#tails.get(key);
  }

  /** Hands what a server that was killed had in its journal to `add`, which adds what is not in the tables. */
  recover(add: (entry: JournalEntry) => void): void {
    for (const entry of this.#journal.entries()) {
      this.#oldest = Math.min(this.#oldest, entry.hour);
      add(entry);
    }
    this.#journal.forget();
    this.committed();
    this.#leave();
  }

  /** `begins`: whether an entry of this epoch is the first of it. */
  add(
    log: Uint8Array,
    key: string,
    before: StoredRow,
    after: StoredRow,
    entries: readonly TailEntry[],
    begins: (epoch: number) => boolean,
  ): void {
    const tail = this.#tails.open(log, key, before);
    for (const entry of entries) {
      if (begins(entry.epoch)) tail.firsts.set(entry.epoch, entry.seq);
      tail.add(entry);
      this.#journal.add(log, entry);
      this.#oldest = Math.min(this.#oldest, entry.hour);
    }
    tail.row = after;
    this.#gathered += after.bytes - before.bytes;
    this.#came += after.bytes - before.bytes;
  }

  /**
   * The last that a transaction does: what was added goes to the journal, and, unless there is hardly room,
   * some of what was before to the tables.
   */
  closeTurn(sparing: boolean): void {
    this.#journal.write();
    if (!sparing) this.#settleSome(Math.max(STEP.least, STEP.each * this.#came));
  }

  /** The transaction is durable. */
  committed(): void {
    this.#tails.committed();
    this.#came = 0;
  }

  /** The transaction was undone. */
  undone(): void {
    this.#tails.undone();
    this.#journal.forget();
    this.#came = 0;
    this.#cleared = 0;
    this.#oldest = 0;
    this.#leave();
  }

  /** Moves a step of it where nothing comes. */
  settleOn(): void {
    if (this.#upTo === 0) this.#leave();
    this.#settleSome(STEP.idle, STEP.idleRows);
  }

  /** Moves all of it. */
  settle(): void {
    this.#journal.write();
    this.#leave();
    while (this.#leaving.length > 0) this.#settleSome(STEP.idle);
    this.#clear(Number.MAX_SAFE_INTEGER);
    this.#oldest = Number.POSITIVE_INFINITY;
  }

  settleTail(tail: LogTail): void {
    this.#tables.settle(tail);
    this.#tails.take(tail);
    this.#settled(tail);
  }

  /** All that have a tail now begin to leave. */
  #leave(): void {
    // One after another in the tables, too.
    this.#leaving = [...this.#tails.keys()].sort().reverse();
    this.#upTo = this.#journal.last;
    this.#gathered = 0;
  }

  #settleSome(bytes: number, rows = STEP.rows): void {
    if (this.#upTo === 0 && this.#gathered >= GATHERED) this.#leave();
    if (this.#upTo === 0) return;
    let left = bytes;
    while (left > 0 && this.#leaving.length > 0) {
      const tail = this.#tails.get(this.#leaving.pop() ?? '');
      if (!tail) continue;
      left -= tail.row.bytes - tail.base.bytes;
      this.settleTail(tail);
    }
    if (this.#leaving.length === 0 && left > 0) this.#clear(rows);
  }

  /** Deletes rows of the journal up to `upTo`, at most so many. */
  #clear(rows: number): void {
    if (this.#journal.deleteUpTo(this.#upTo, rows) === rows) return;
    this.#cleared = this.#upTo;
    this.#upTo = 0;
  }
}
