/** The tables of logs: their statements, and what of them belongs together. Runs inside a turn's transaction. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Entry } from '@polynya/protocol/requests';
import type { Found, LogRow } from '../../delivery/log-rules.ts';
import { ENTRY_BYTES } from '../engine.ts';
import type { LogTail } from './log-tail.ts';

/** `oldest` of a log that has no entries. */
export const NOTHING = Number.MAX_SAFE_INTEGER;
const RETENTION_CHUNK = 256;
const EMPTY = new Uint8Array();

export interface StoredRow extends LogRow {
  /** The hour of its first entry, or `NOTHING`. */
  readonly oldest: number;
  /** What its entries count. */
  readonly bytes: number;
}

/** An entry as it is stored: `body` is sealed under the key of the day of `hour`. */
export interface StoredEntry extends Entry {
  readonly hour: number;
}

export interface Capability {
  readonly epoch: number;
  readonly hash: Uint8Array;
  /** Of the Commit that led to the epoch. */
  readonly seq: number;
  /** Of the first entry of the epoch, 0 while there is none. */
  readonly first: number;
}

export class LogTables {
  readonly #sql;

  constructor(db: DatabaseSync) {
    this.#sql = {
      row: db.prepare(
        'SELECT kind, head, first, epoch, closed, oldest, bytes FROM log WHERE log = ?',
      ),
      insertLog: db.prepare(
        `INSERT INTO log (log, kind, head, first, epoch, closed, oldest, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      updateLog: db.prepare(
        'UPDATE log SET head = ?, epoch = ?, closed = ?, bytes = ? WHERE log = ?',
      ),
      // By itself, because it is in an index and changes seldom.
      updateOldest: db.prepare('UPDATE log SET oldest = ? WHERE log = ?'),
      setOldest: db.prepare(
        'UPDATE log SET first = ?, oldest = ?, bytes = bytes - ? WHERE log = ?',
      ),
      capability: db.prepare(
        'SELECT epoch, hash, seq, first FROM capability WHERE log = ? AND hash = ?',
      ),
      capabilityOfEpoch: db.prepare(
        'SELECT epoch, hash, seq, first FROM capability WHERE log = ? AND epoch = ?',
      ),
      insertCapability: db.prepare(
        'INSERT INTO capability (log, epoch, hash, seq, first) VALUES (?, ?, ?, ?, 0)',
      ),
      setFirst: db.prepare(
        'UPDATE capability SET first = ? WHERE log = ? AND epoch = ? AND first = 0',
      ),
      token: db.prepare('SELECT per_hour FROM contact_token WHERE log = ? AND hash = ?'),
      low: db.prepare(
        `SELECT hash FROM contact_token AS token WHERE log = ? AND NOT EXISTS (
           SELECT 1 FROM key_package WHERE log = token.log AND token = token.hash AND taken_by = x''
         ) LIMIT 256`,
      ),
      found: db.prepare('SELECT seq, kind, epoch FROM entry WHERE log = ? AND id = ?'),
      insertEntry: db.prepare(
        'INSERT INTO entry (log, seq, kind, epoch, id, body, closes, next, hour) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      read: db.prepare(
        'SELECT seq, kind, epoch, id, body, closes, next, hour FROM entry WHERE log = ? AND seq >= ? ORDER BY seq LIMIT ?',
      ),
      oldestLog: db.prepare('SELECT log, oldest FROM log WHERE oldest < ? ORDER BY oldest LIMIT 1'),
      lastOld: db.prepare(
        `SELECT max(seq) AS seq FROM (
           SELECT seq, hour FROM entry WHERE log = ? ORDER BY seq LIMIT ${RETENTION_CHUNK}
         ) WHERE hour < ?`,
      ),
      sizes: db.prepare(
        `SELECT seq, length(body) + ${ENTRY_BYTES} AS bytes FROM entry WHERE log = ? AND seq <= ?
         ORDER BY seq`,
      ),
      deleteUpTo: db.prepare('DELETE FROM entry WHERE log = ? AND seq <= ?'),
      firstHour: db.prepare('SELECT hour FROM entry WHERE log = ? ORDER BY seq LIMIT 1'),
    };
  }

  row(log: Uint8Array): StoredRow | undefined {
    const found = this.#sql.row.get(log) as unknown as StoredRow | undefined;
    if (!found) return undefined;
    // As an object of ours: what the database hands over is a table of names, four times as large.
    const { kind, head, first, epoch, closed, oldest, bytes } = found;
    return { kind, head, first, epoch, closed, oldest, bytes };
  }

  /** A log without entries, and what opens it. */
  create(log: Uint8Array, { kind, head, first, epoch, closed }: LogRow, hash: Uint8Array): void {
    this.#sql.insertLog.run(log, kind, head, first, epoch, closed, NOTHING, 0);
    this.#sql.insertCapability.run(log, 0, hash, 0);
  }

  capability(log: Uint8Array, hash: Uint8Array): Capability | undefined {
    return this.#sql.capability.get(log, hash) as unknown as Capability | undefined;
  }

  capabilityOfEpoch(log: Uint8Array, epoch: number): Capability | undefined {
    return this.#sql.capabilityOfEpoch.get(log, epoch) as unknown as Capability | undefined;
  }

  addCapability(log: Uint8Array, epoch: number, hash: Uint8Array, seq: number): void {
    this.#sql.insertCapability.run(log, epoch, hash, seq);
  }

  /** Letters an hour for this contact token; undefined if the log has no such token. */
  perHour(log: Uint8Array, token: Uint8Array): number | undefined {
    const found = this.#sql.token.get(log, token);
    return found && Number(found.per_hour);
  }

  /** Hashes of the contact tokens whose KeyPackages have run out. */
  low(log: Uint8Array): Uint8Array[] {
    return this.#sql.low.all(log).map(({ hash }) => hash as Uint8Array);
  }

  found(log: Uint8Array, id: Uint8Array): Found | undefined {
    return this.#sql.found.get(log, id) as unknown as Found | undefined;
  }

  /** From `seq` on, at most `limit`. */
  *entries(log: Uint8Array, seq: number, limit: number): Generator<StoredEntry> {
    for (const row of this.#sql.read.iterate(log, seq, limit)) yield entryOf(row);
  }

  /** `before`, `after`: the log without and with the entries, which are the next of it. */
  add(
    log: Uint8Array,
    before: StoredRow,
    after: StoredRow,
    entries: readonly Omit<StoredEntry, 'turn'>[],
    turn: Entry['turn'] = null,
  ): void {
    const next = turn?.next ?? EMPTY;
    for (const { seq, kind, epoch, id, body, hour } of entries) {
      this.#sql.insertEntry.run(log, seq, kind, epoch, id, body, turn?.closes ? 1 : 0, next, hour);
    }
    this.#sql.updateLog.run(after.head, after.epoch, after.closed, after.bytes, log);
    if (after.oldest !== before.oldest) this.#sql.updateOldest.run(after.oldest, log);
  }

  /** Where an epoch begins is where the capabilities before it end. */
  setFirst(log: Uint8Array, epoch: number, seq: number): void {
    this.#sql.setFirst.run(seq, log, epoch);
  }

  /** A tail goes into the tables. */
  settle({ log, base, row, entries, firsts }: LogTail): void {
    this.add(log, base, row, entries);
    for (const [epoch, seq] of firsts) this.setFirst(log, epoch, seq);
  }

  /** A log that has entries of before `hour`, and the last of these that goes in one step. */
  old(hour: number): { log: Uint8Array; last: number } | undefined {
    const found = this.#sql.oldestLog.get(hour);
    if (!found) return undefined;
    const log = found.log as Uint8Array;
    return { log, last: Number(this.#sql.lastOld.get(log, hour)?.seq) };
  }

  /** The hour of the oldest entry of all, or undefined. */
  oldest(): number | undefined {
    const found = this.#sql.oldestLog.get(NOTHING);
    return found && Number(found.oldest);
  }

  /** What the oldest entries up to `last` count, or as many of them as it takes to count `enough`. */
  bytesUpTo(log: Uint8Array, last: number, enough = NOTHING): { seq: number; bytes: number } {
    let [seq, bytes] = [0, 0];
    for (const found of this.#sql.sizes.iterate(log, last)) {
      if (bytes >= enough) break;
      seq = Number(found.seq);
      bytes += Number(found.bytes);
    }
    return { seq, bytes };
  }

  /** `bytes`: what they count. */
  deleteUpTo(log: Uint8Array, last: number, bytes: number): void {
    this.#sql.deleteUpTo.run(log, last);
    const next = this.#sql.firstHour.get(log);
    this.#sql.setOldest.run(last + 1, next ? Number(next.hour) : NOTHING, bytes, log);
  }
}

function entryOf(row: Record<string, SQLOutputValue>): StoredEntry {
  const { seq, kind, epoch, id, body, closes, next, hour } = row as unknown as StoredEntry & {
    closes: number;
    next: Uint8Array;
  };
  const turn = next.length > 0 ? { closes: closes === 1, next } : null;
  return { seq, kind, epoch, id, body, turn, hour };
}
