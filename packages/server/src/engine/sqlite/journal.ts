/**
 * The journal: one row for all that a transaction appends, to however many logs, so that an append dirties no
 * page of its own. A row goes when its entries are in the tables of logs.
 *
 *     row = entry*,  entry = log(16) ‖ id(16) ‖ seq(8) ‖ epoch(8) ‖ hour(4) ‖ kind(1) ‖ length(4) ‖ body
 *
 * Numbers are big-endian; seq and epoch are IEEE 754 doubles, which hold every safe integer.
 */
import type { DatabaseSync } from 'node:sqlite';
import { StorageError } from '../engine.ts';
import type { JournalEntry, TailEntry } from './log-tail.ts';

const ID = 16;
const AT = {
  log: 0,
  id: ID,
  seq: 32,
  epoch: 40,
  hour: 48,
  kind: 52,
  length: 53,
  body: 57,
} as const;

export class Journal {
  readonly #sql;
  #row = Buffer.alloc(65_536);
  #used = 0;
  #last: number;

  constructor(db: DatabaseSync) {
    this.#sql = {
      insert: db.prepare('INSERT INTO journal (number, entries) VALUES (?, ?)'),
      rows: db.prepare('SELECT entries FROM journal ORDER BY number'),
      delete: db.prepare(
        'DELETE FROM journal WHERE number IN (SELECT number FROM journal WHERE number <= ? ORDER BY number LIMIT ?)',
      ),
    };
    this.#last = Number(db.prepare('SELECT max(number) AS last FROM journal').get()?.last ?? 0);
  }

  /** The number of the last row. */
  get last(): number {
    return this.#last;
  }

  /** What crashed or was stopped before it came to the tables, and some that did, in the order of appends. @throws StorageError */
  *entries(): Generator<JournalEntry> {
    for (const { entries } of this.#sql.rows.iterate()) yield* entriesOf(entries as Uint8Array);
  }

  /** Adds an entry to the next row. */
  add(log: Uint8Array, { seq, kind, epoch, id, body, hour }: TailEntry): void {
    const at = this.#used;
    this.#used += AT.body + body.length;
    if (this.#used > this.#row.length) this.#grow();
    const row = this.#row;
    row.set(log, at + AT.log);
    row.set(id, at + AT.id);
    row.writeDoubleBE(seq, at + AT.seq);
    row.writeDoubleBE(epoch, at + AT.epoch);
    row.writeUInt32BE(hour, at + AT.hour);
    row[at + AT.kind] = kind;
    row.writeUInt32BE(body.length, at + AT.length);
    row.set(body, at + AT.body);
  }

  /** Writes what was added since the last row, if anything was. */
  write(): void {
    if (this.#used === 0) return;
    this.#sql.insert.run(++this.#last, this.#row.subarray(0, this.#used));
    this.forget();
  }

  /** Nothing was added since the last row. */
  forget(): void {
    this.#used = 0;
  }

  /** Deletes the rows up to that of `number`, or the first `limit` of them; says how many. */
  deleteUpTo(number: number, limit: number): number {
    return Number(this.#sql.delete.run(number, limit).changes);
  }

  #grow(): void {
    const larger = Buffer.alloc(2 ** Math.ceil(Math.log2(this.#used)));
    larger.set(this.#row);
    this.#row = larger;
  }
}

export function damagedJournal(): StorageError {
  return new StorageError(
    'corrupt',
    'The journal in the database is damaged: restore the database from a backup, or move it away to start an empty one.',
  );
}

function* entriesOf(bytes: Uint8Array): Generator<JournalEntry> {
  const row = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < row.length) {
    if (at + AT.body > row.length) throw damagedJournal();
    const end = at + AT.body + row.readUInt32BE(at + AT.length);
    if (end > row.length) throw damagedJournal();
    yield {
      log: new Uint8Array(row.subarray(at + AT.log, at + AT.log + ID)),
      id: new Uint8Array(row.subarray(at + AT.id, at + AT.id + ID)),
      seq: row.readDoubleBE(at + AT.seq),
      epoch: row.readDoubleBE(at + AT.epoch),
      hour: row.readUInt32BE(at + AT.hour),
      kind: row[at + AT.kind] ?? 0,
      body: new Uint8Array(row.subarray(at + AT.body, end)),
    };
    at = end;
  }
}
