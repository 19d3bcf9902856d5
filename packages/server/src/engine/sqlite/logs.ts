/** The tables of logs: rows in, the rules' outcome out. Runs inside a turn's transaction. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry, LogState, NewEntry, Result, Turn } from '@polynya/protocol/requests';
import type { DayKeys } from '../../day-keys.ts';
import { ENTRY_BYTES, type LogChange, type NewLog, type Retention } from '../../engine.ts';
import {
  type Access,
  decideAppend,
  decideCommit,
  type Found,
  forbidden,
  isLive,
  LOG_KINDS,
  type LogRow,
  newLogRow,
  type Outcome,
  ROLES,
  readableEpoch,
} from '../../log-rules.ts';

/** `oldest` of a log that has no entries. */
export const NOTHING = Number.MAX_SAFE_INTEGER;
/** What an entry takes in an answer besides its body, at most. */
const ENTRY_OVERHEAD = 100;
/** An answer has to fit into one envelope with room for others' framing. */
const READ_BYTES = LIMITS.envelope - 8_192;
const READ_ENTRIES = 1_024;
const RETENTION_CHUNK = 256;
const EMPTY = new Uint8Array();
/** Epochs of logs that are remembered to have begun, and rows of logs that are (counts). */
const BEGUN = 20_000;
const ROWS = 20_000;

interface StoredRow extends LogRow {
  /** The hour of its first entry, or `NOTHING`. */
  readonly oldest: number;
  /** What its entries count. */
  readonly bytes: number;
}

export class Logs {
  readonly #sql;
  readonly #keys: DayKeys;
  readonly #hour: () => number;
  readonly #logBytes: number;
  /** What was appended since the last COMMIT, per log. */
  #changes = new Map<string, { log: Uint8Array; row: LogRow; entries: Entry[] }>();
  /** Logs with their epochs of which `capability.first` is known to be there. */
  readonly #begun = new Set<string>();
  /** Rows as they stand in the transaction: nobody else writes to the database. */
  readonly #rows = new Map<string, StoredRow>();

  constructor(db: DatabaseSync, keys: DayKeys, hour: () => number, logBytes: number) {
    this.#keys = keys;
    this.#hour = hour;
    this.#logBytes = logBytes;
    this.#sql = {
      row: db.prepare(
        'SELECT kind, head, first, epoch, closed, oldest, bytes FROM log WHERE log = ?',
      ),
      insertLog: db.prepare(
        `INSERT INTO log (log, kind, head, first, epoch, closed, oldest, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
      ),
      updateLog: db.prepare(
        'UPDATE log SET head = ?, epoch = ?, closed = ?, bytes = ? WHERE log = ?',
      ),
      // By itself, because it is in an index and changes seldom.
      updateOldest: db.prepare('UPDATE log SET oldest = ? WHERE log = ?'),
      setOldest: db.prepare(
        'UPDATE log SET first = ?, oldest = ?, bytes = bytes - ? WHERE log = ?',
      ),
      capability: db.prepare('SELECT epoch FROM capability WHERE log = ? AND hash = ?'),
      capabilityOfEpoch: db.prepare(
        'SELECT hash, seq, first FROM capability WHERE log = ? AND epoch = ?',
      ),
      insertCapability: db.prepare(
        'INSERT INTO capability (log, epoch, hash, seq, first) VALUES (?, ?, ?, ?, 0)',
      ),
      setFirst: db.prepare('UPDATE capability SET first = ? WHERE log = ? AND epoch = ?'),
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

  /** Hands over what was appended since the last call. */
  takeChanges(): LogChange[] {
    if (this.#changes.size === 0) return [];
    const changes = [...this.#changes.values()];
    this.#changes = new Map();
    return changes;
  }

  /** What ran since the last COMMIT was undone. */
  undone(): void {
    this.#changes.clear();
    this.#begun.clear();
    this.#rows.clear();
  }

  /** Makes the log unless it is there already; says whether it did. @throws exists */
  create({ log, kind, hash }: NewLog): boolean {
    if (this.#sql.row.get(log)) {
      const known = this.#sql.capabilityOfEpoch.get(log, 0);
      if (known && sameBytes(known.hash, hash) && this.#load(log).kind === kind) return false;
      throw new ProtocolError('exists', 'another log has this id');
    }
    const row = newLogRow(kind);
    this.#sql.insertLog.run(log, kind, row.head, row.first, row.epoch, row.closed, NOTHING);
    this.#sql.insertCapability.run(log, 0, hash, 0);
    return true;
  }

  open(log: Uint8Array, hash: Uint8Array): { access: Access; state: LogState } {
    const capability = this.#sql.capability.get(log, hash);
    const token = this.#sql.token.get(log, hash);
    if (!capability && !token) throw new ProtocolError('not-found');
    const row = this.#load(log);
    const access: Access = !capability
      ? { role: 'contact', token: hash }
      : row.kind === LOG_KINDS.inbox
        ? { role: 'owner' }
        : { role: 'member', epoch: Number(capability.epoch) };
    return { access, state: this.#state(log, row, access) };
  }

  live(log: Uint8Array, access: Access): LogState {
    const row = this.#load(log);
    if (!isLive(row, access)) throw forbidden('this log is not watched with that secret');
    return this.#state(log, row, access);
  }

  /** Like `commit` it refuses before it writes anything. */
  append(log: Uint8Array, access: Access, entries: readonly NewEntry[], mayAppend: boolean) {
    const row = this.#load(log);
    this.#checkToken(log, access);
    const found = entries.map(({ id }) => this.#found(log, id));
    const outcome = decideAppend(row, access, entries, found, mayAppend);
    return { seqs: this.#store(log, row, outcome), repeated: outcome.repeated };
  }

  commit(log: Uint8Array, access: Access, entry: NewEntry, turn: Turn, mayTurn: boolean) {
    const row = this.#load(log);
    this.#checkToken(log, access);
    const nextTaken = this.#sql.capability.get(log, turn.next) !== undefined;
    const found = this.#found(log, entry.id);
    const outcome = decideCommit(row, access, entry, turn, found, nextTaken, mayTurn);
    const [seq = 0] = this.#store(log, row, outcome);
    if (!outcome.repeated) this.#sql.insertCapability.run(log, outcome.row.epoch, turn.next, seq);
    return { seq, repeated: outcome.repeated };
  }

  read(log: Uint8Array, access: Access, from: number, bytes: number): Result<'read'> {
    const row = this.#load(log);
    const head = this.#visibleHead(log, row, readableEpoch(row, access));
    let entries: Entry[] = [];
    let first = Math.min(row.first, head + 1);
    let left = Math.min(bytes, READ_BYTES);
    for (const found of this.#sql.read.iterate(log, Math.max(from, first), READ_ENTRIES)) {
      const entry = entryOf(found);
      if (entry.seq > head) break;
      const body = this.#keys.open(Number(found.hour), { id: log, number: entry.seq }, entry.body);
      if (!body) {
        // As if retention had come this far: a log has no holes.
        entries = [];
        first = entry.seq + 1;
        continue;
      }
      left -= body.length + ENTRY_OVERHEAD;
      if (left < 0 && entries.length > 0) break;
      entries.push({ ...entry, body });
    }
    return { entries, head, first };
  }

  /** Letters an hour for this contact token. */
  letters(log: Uint8Array, access: Access): number {
    return this.#checkToken(log, access);
  }

  /** Deletes a chunk of the entries older than `entriesSince`; says whether there was anything to delete. */
  retain({ entriesSince }: Retention): boolean {
    const old = this.#sql.oldestLog.get(entriesSince);
    if (!old) return false;
    const log = old.log as Uint8Array;
    const last = Number(this.#sql.lastOld.get(log, entriesSince)?.seq);
    this.#deleteUpTo(log, last, this.#bytesUpTo(log, last).bytes);
    return true;
  }

  /** The hour of the oldest entry, or undefined. */
  oldest(): number | undefined {
    const found = this.#sql.oldestLog.get(NOTHING);
    return found && Number(found.oldest);
  }

  /** What the oldest entries up to `last` count, or as many of them as it takes to count `enough`. */
  #bytesUpTo(log: Uint8Array, last: number, enough = NOTHING): { seq: number; bytes: number } {
    let [seq, bytes] = [0, 0];
    for (const found of this.#sql.sizes.iterate(log, last)) {
      if (bytes >= enough) break;
      seq = Number(found.seq);
      bytes += Number(found.bytes);
    }
    return { seq, bytes };
  }

  #deleteUpTo(log: Uint8Array, last: number, bytes: number): void {
    this.#sql.deleteUpTo.run(log, last);
    const next = this.#sql.firstHour.get(log);
    this.#sql.setOldest.run(last + 1, next ? Number(next.hour) : NOTHING, bytes, log);
    this.#rows.delete(keyOf(log));
  }

  #load(log: Uint8Array): StoredRow {
    const key = keyOf(log);
    const known = this.#rows.get(key);
    if (known) return known;
    const row = this.#sql.row.get(log) as unknown as StoredRow | undefined;
    if (!row) throw new ProtocolError('not-found');
    this.#remember(key, row);
    return row;
  }

  #remember(key: string, row: StoredRow): void {
    if (this.#rows.size >= ROWS) this.#rows.clear();
    this.#rows.set(key, row);
  }

  #state(log: Uint8Array, row: LogRow, access: Access): LogState {
    const role = ROLES[access.role];
    if (access.role === 'contact') {
      return { head: 0, first: 1, epoch: 0, role, upTo: null, low: [] };
    }
    const upTo = readableEpoch(row, access);
    const low =
      access.role === 'owner' ? this.#sql.low.all(log).map(({ hash }) => hash as Uint8Array) : [];
    const epoch = upTo ?? row.epoch;
    const head = this.#visibleHead(log, row, upTo);
    return { head, first: Math.min(row.first, head + 1), epoch, role, upTo, low };
  }

  /** A closed capability is not told how the log goes on: its head is before the first entry of a later epoch. */
  #visibleHead(log: Uint8Array, row: LogRow, upTo: number | null): number {
    if (upTo === null) return row.head;
    const next = this.#sql.capabilityOfEpoch.get(log, upTo + 1);
    // The Commit that closed it comes right before the first entry of the epoch that it led to.
    return upTo + 1 === row.closed ? Number(next?.seq) : Number(next?.first) - 1;
  }

  #checkToken(log: Uint8Array, access: Access): number {
    if (access.role !== 'contact') return 0;
    const token = this.#sql.token.get(log, access.token);
    if (!token) throw new ProtocolError('not-found');
    return Number(token.per_hour);
  }

  #found(log: Uint8Array, id: Uint8Array): Found | undefined {
    return this.#sql.found.get(log, id) as unknown as Found | undefined;
  }

  #store(log: Uint8Array, before: StoredRow, outcome: Outcome): number[] {
    if (outcome.repeated) return outcome.seqs;
    const { entries } = outcome;
    const hour = this.#hour();
    let { bytes } = before;
    const bodies = entries.map(({ seq, body }) =>
      this.#keys.seal(hour, { id: log, number: seq }, body),
    );
    for (const [i, { seq, kind, epoch, id, turn }] of entries.entries()) {
      const closes = turn?.closes ? 1 : 0;
      const next = turn?.next ?? EMPTY;
      const sealed = bodies[i] ?? EMPTY;
      this.#sql.insertEntry.run(log, seq, kind, epoch, id, sealed, closes, next, hour);
      bytes += sealed.length + ENTRY_BYTES;
      this.#noteFirst(log, epoch, seq);
    }
    const { head, epoch, closed } = outcome.row;
    this.#sql.updateLog.run(head, epoch, closed, bytes, log);
    const oldest = before.oldest === NOTHING ? hour : before.oldest;
    if (oldest !== before.oldest) this.#sql.updateOldest.run(oldest, log);
    this.#remember(keyOf(log), { ...outcome.row, oldest, bytes });
    const first = this.#makeRoom(log, before.head, bytes) ?? outcome.row.first;
    this.#note(log, { ...outcome.row, first }, entries);
    return entries.map(({ seq }) => seq);
  }

  /** Where an epoch begins is where the capabilities before it end. */
  #noteFirst(log: Uint8Array, epoch: number, seq: number): void {
    const key = `${keyOf(log)} ${epoch}`;
    if (this.#begun.has(key)) return;
    if (this.#sql.capabilityOfEpoch.get(log, epoch)?.first === 0) {
      this.#sql.setFirst.run(seq, log, epoch);
    }
    if (this.#begun.size >= BEGUN) this.#begun.clear();
    this.#begun.add(key);
  }

  /** Of a log that holds too much the oldest entries up to `last` go; answers the first that is left, if any went. */
  #makeRoom(log: Uint8Array, last: number, bytes: number): number | undefined {
    if (bytes <= this.#logBytes) return undefined;
    const old = this.#bytesUpTo(log, last, bytes - this.#logBytes);
    if (old.seq === 0) return undefined;
    this.#deleteUpTo(log, old.seq, old.bytes);
    return old.seq + 1;
  }

  #note(log: Uint8Array, row: LogRow, entries: readonly Entry[]): void {
    const key = keyOf(log);
    const change = this.#changes.get(key);
    if (change) {
      change.row = row;
      change.entries.push(...entries);
    } else this.#changes.set(key, { log, row, entries: [...entries] });
  }
}

function entryOf(row: Record<string, SQLOutputValue>): Entry {
  const { seq, kind, epoch, id, body, closes, next } = row as unknown as Entry & {
    closes: number;
    next: Uint8Array;
  };
  const turn = next.length > 0 ? { closes: closes === 1, next } : null;
  return { seq, kind, epoch, id, body, turn };
}

const keyOf = (log: Uint8Array): string =>
  Buffer.from(log.buffer, log.byteOffset, log.length).toString('latin1');

export function sameBytes(a: unknown, b: Uint8Array): boolean {
  return a instanceof Uint8Array && Buffer.compare(a, b) === 0;
}
