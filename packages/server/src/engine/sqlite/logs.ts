/**
 * The logs: rows in, the rules' outcome out. Runs inside a turn's transaction. What is appended goes to the
 * tables by way of the journal (unsettled.ts).
 */

import type { DatabaseSync } from 'node:sqlite';
import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry, LogState, NewEntry, Result, Turn } from '@polynya/protocol/requests';
import { keyOf } from '@polynya/reach/key-of';
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
  ROLES,
  readableEpoch,
} from '../../delivery/log-rules.ts';
import type { DayKeys } from '../../kept/day-keys.ts';
import { ENTRY_BYTES, type LogChange, type NewLog, type Retention } from '../engine.ts';
import { damagedJournal } from './journal.ts';
import { LogTables, NOTHING, type StoredEntry, type StoredRow } from './log-tables.ts';
import { Unsettled } from './unsettled.ts';

/** What an entry takes in an answer besides its body, at most. */
const ENTRY_OVERHEAD = 100;
/** An answer has to fit into one envelope with room for others' framing. */
const READ_BYTES = LIMITS.envelope - 8_192;
const READ_ENTRIES = 1_024;
/** Logs of which an epoch is remembered to have begun, and rows of logs that are (counts). */
const BEGUN = 20_000;
const ROWS = 20_000;

export class Logs {
  readonly #tables: LogTables;
  readonly #keys: DayKeys;
  readonly #hour: () => number;
  readonly #logBytes: number;
  readonly #unsettled: Unsettled;
  /** What was appended since the last COMMIT, per log. */
  #changes = new Map<string, { log: Uint8Array; row: LogRow; entries: Entry[] }>();
  /** Of logs the epoch that was asked for last, of which `capability.first` is known to be there. */
  readonly #begun = new Map<string, number>();
  /** Rows as they stand in the transaction, of logs without a tail: nobody else writes to the database. */
  readonly #rows = new Map<string, StoredRow>();

  constructor(db: DatabaseSync, keys: DayKeys, hour: () => number, logBytes: number) {
    this.#tables = new LogTables(db);
    this.#unsettled = new Unsettled(db, this.#tables, ({ key, row }) => this.#remember(key, row));
    this.#keys = keys;
    this.#hour = hour;
    this.#logBytes = logBytes;
    this.#recover();
  }

  /** Hands over what was appended since the last call. */
  takeChanges(): LogChange[] {
    if (this.#changes.size === 0) return [];
    const changes = [...this.#changes.values()];
    this.#changes = new Map();
    return changes;
  }

  /** The last that a transaction does. `sparing`: there is hardly room. */
  closeTurn(sparing: boolean): void {
    this.#unsettled.closeTurn(sparing);
  }

  /** What ran since the last COMMIT is durable. */
  committed(): void {
    this.#unsettled.committed();
  }

  /** What ran since the last COMMIT was undone. */
  undone(): void {
    this.#unsettled.undone();
    this.#changes.clear();
    this.#begun.clear();
    this.#rows.clear();
  }

  /** Whether all is in the tables. */
  get settled(): boolean {
    return this.#unsettled.none;
  }

  /** Moves some of what is in the journal to the tables. */
  settleOn(): void {
    this.#unsettled.settleOn();
  }

  /** Moves all that is in the journal to the tables. */
  settle(): void {
    this.#unsettled.settle();
  }

  /** Makes the log unless it is there already; says whether it did. @throws exists */
  create({ log, kind, hash }: NewLog): boolean {
    const known = this.#tables.capabilityOfEpoch(log, 0);
    if (known) {
      if (sameBytes(known.hash, hash) && this.#load(log).kind === kind) return false;
      throw new ProtocolError('exists', 'another log has this id');
    }
    this.#tables.create(log, newLogRow(kind), hash);
    return true;
  }

  open(log: Uint8Array, hash: Uint8Array): { access: Access; state: LogState } {
    const capability = this.#tables.capability(log, hash);
    if (!capability && this.#tables.perHour(log, hash) === undefined) {
      throw new ProtocolError('not-found');
    }
    const row = this.#load(log);
    const access: Access = !capability
      ? { role: 'contact', token: hash }
      : row.kind === LOG_KINDS.inbox
        ? { role: 'owner' }
        : { role: 'member', epoch: capability.epoch };
    return { access, state: this.#state(log, row, access) };
  }

  live(log: Uint8Array, access: Access): LogState {
    const row = this.#load(log);
    if (!isLive(row, access)) throw forbidden('this log is not watched with that secret');
    return this.#state(log, row, access);
  }

  /** Like `commit` it refuses before it changes anything. */
  append(log: Uint8Array, access: Access, entries: readonly NewEntry[], mayAppend: boolean) {
    const key = keyOf(log);
    const tail = this.#unsettled.tail(key);
    const before = tail?.row ?? this.#load(log, key);
    if (access.role === 'contact') this.letters(log, access);
    const found = entries.map(({ id }) => tail?.find(id) ?? this.#tables.found(log, id));
    const outcome = decideAppend(before, access, entries, found, mayAppend);
    if (outcome.repeated) return { seqs: outcome.seqs, repeated: true };
    const stored = this.#seal(log, outcome.entries);
    const row = this.#grown(before, outcome.row, stored);
    this.#add(log, key, before, row, stored);
    const first = this.#makeRoom(log, key, before.head, row);
    this.#note(key, log, { ...row, first }, outcome.entries);
    return { seqs: stored.map(({ seq }) => seq), repeated: false };
  }

  commit(log: Uint8Array, access: Access, entry: NewEntry, turn: Turn, mayTurn: boolean) {
    const key = keyOf(log);
    const tail = this.#unsettled.tail(key);
    const before = this.#load(log, key);
    if (access.role === 'contact') this.letters(log, access);
    const nextTaken = this.#tables.capability(log, turn.next) !== undefined;
    const found: Found | undefined = tail?.find(entry.id) ?? this.#tables.found(log, entry.id);
    const outcome = decideCommit(before, access, entry, turn, found, nextTaken, mayTurn);
    if (outcome.repeated) return { seq: outcome.seqs[0] ?? 0, repeated: true };
    const stored = this.#seal(log, outcome.entries);
    const row = this.#grown(before, outcome.row, stored);
    if (tail) this.#unsettled.settleTail(tail);
    this.#tables.add(log, before, row, stored, turn);
    this.#tables.addCapability(log, row.epoch, turn.next, row.head);
    if (this.#begins(key, log, entry.epoch)) this.#tables.setFirst(log, entry.epoch, row.head);
    this.#remember(key, row);
    const first = this.#makeRoom(log, key, before.head, row);
    this.#note(key, log, { ...row, first }, outcome.entries);
    return { seq: row.head, repeated: false };
  }

  read(log: Uint8Array, access: Access, from: number, bytes: number): Result<'read'> {
    const row = this.#load(log);
    const head = this.#visibleHead(log, row, readableEpoch(row, access));
    let entries: Entry[] = [];
    let first = Math.min(row.first, head + 1);
    let left = Math.min(bytes, READ_BYTES);
    for (const { hour, ...entry } of this.#from(log, Math.max(from, first))) {
      if (entry.seq > head) break;
      const body = this.#keys.open(hour, { id: log, number: entry.seq }, entry.body);
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

  /** Letters an hour for a contact token. @throws not-found */
  letters(log: Uint8Array, access: Access): number {
    if (access.role !== 'contact') return 0;
    const perHour = this.#tables.perHour(log, access.token);
    if (perHour === undefined) throw new ProtocolError('not-found');
    return perHour;
  }

  /** Deletes a chunk of the entries older than `entriesSince`; says whether there was anything to delete. */
  retain({ entriesSince }: Retention): boolean {
    // What a full disk still can, first.
    const old = this.#tables.old(entriesSince) ?? this.#oldWhenSettled(entriesSince);
    if (!old) return false;
    this.#deleteUpTo(old.log, old.last, this.#tables.bytesUpTo(old.log, old.last).bytes);
    return true;
  }

  /** The hour of the oldest entry, or undefined. All has to be settled. */
  oldest(): number | undefined {
    return this.#tables.oldest();
  }

  /** What a server that was killed had in its journal. */
  #recover(): void {
    this.#unsettled.recover(({ log, ...entry }) => {
      const key = keyOf(log);
      const before = this.#find(log, key);
      // One that came to the tables, and perhaps was deleted from them since.
      if (before && entry.seq <= before.head) return;
      if (!before || entry.seq !== before.head + 1) throw damagedJournal();
      const after = this.#grown(before, { ...before, head: entry.seq }, [entry]);
      this.#add(log, key, before, after, [entry]);
    });
  }

  #oldWhenSettled(entriesSince: number) {
    // All at once, so only where there is a reason to.
    if (!this.#unsettled.maybeBefore(entriesSince)) return undefined;
    this.settle();
    return this.#tables.old(entriesSince);
  }

  #seal(log: Uint8Array, entries: readonly Entry[]): StoredEntry[] {
    const hour = this.#hour();
    return entries.map((entry) => ({
      ...entry,
      body: this.#keys.seal(hour, { id: log, number: entry.seq }, entry.body),
      hour,
    }));
  }

  /** `after` with what the entries add. */
  #grown(
    before: StoredRow,
    after: LogRow,
    entries: readonly Pick<StoredEntry, 'body' | 'hour'>[],
  ): StoredRow {
    let { bytes, oldest } = before;
    for (const { body, hour } of entries) {
      bytes += body.length + ENTRY_BYTES;
      if (oldest === NOTHING) oldest = hour;
    }
    return { ...after, bytes, oldest };
  }

  #add(
    log: Uint8Array,
    key: string,
    before: StoredRow,
    after: StoredRow,
    entries: readonly Omit<StoredEntry, 'turn'>[],
  ): void {
    const begins = (epoch: number) => this.#begins(key, log, epoch);
    this.#unsettled.add(log, key, before, after, entries, begins);
  }

  /** Whether the entry that comes is the first of its epoch. */
  #begins(key: string, log: Uint8Array, epoch: number): boolean {
    if (this.#begun.get(key) === epoch) return false;
    if (this.#begun.size >= BEGUN) this.#begun.clear();
    this.#begun.set(key, epoch);
    if (this.#unsettled.tail(key)?.firsts.has(epoch)) return false;
    return this.#tables.capabilityOfEpoch(log, epoch)?.first === 0;
  }

  #deleteUpTo(log: Uint8Array, last: number, bytes: number): void {
    const key = keyOf(log);
    const tail = this.#unsettled.tail(key);
    if (tail) this.#unsettled.settleTail(tail);
    this.#tables.deleteUpTo(log, last, bytes);
    this.#rows.delete(key);
  }

  #load(log: Uint8Array, key = keyOf(log)): StoredRow {
    const row = this.#find(log, key);
    if (!row) throw new ProtocolError('not-found');
    return row;
  }

  #find(log: Uint8Array, key: string): StoredRow | undefined {
    const known = this.#unsettled.tail(key)?.row ?? this.#rows.get(key);
    if (known) return known;
    const row = this.#tables.row(log);
    if (row) this.#remember(key, row);
    return row;
  }

  #remember(key: string, row: StoredRow): void {
    if (this.#rows.size >= ROWS) this.#rows.clear();
    this.#rows.set(key, row);
  }

  /** The entries from `seq` on, as they are stored. */
  *#from(log: Uint8Array, seq: number): Generator<StoredEntry> {
    let fromTables = 0;
    for (const entry of this.#tables.entries(log, seq, READ_ENTRIES)) {
      fromTables++;
      yield entry;
    }
    // The tables may have more, and what follows those is no answer to who asks for them.
    if (fromTables === READ_ENTRIES) return;
    for (const entry of this.#unsettled.tail(keyOf(log))?.entries ?? []) {
      if (entry.seq >= seq) yield { ...entry, turn: null };
    }
  }

  #state(log: Uint8Array, row: LogRow, access: Access): LogState {
    const role = ROLES[access.role];
    if (access.role === 'contact') {
      return { head: 0, first: 1, epoch: 0, role, upTo: null, low: [] };
    }
    const upTo = readableEpoch(row, access);
    const low = access.role === 'owner' ? this.#tables.low(log) : [];
    const epoch = upTo ?? row.epoch;
    const head = this.#visibleHead(log, row, upTo);
    return { head, first: Math.min(row.first, head + 1), epoch, role, upTo, low };
  }

  /** A closed capability is not told how the log goes on: its head is before the first entry of a later epoch. */
  #visibleHead(log: Uint8Array, row: LogRow, upTo: number | null): number {
    if (upTo === null) return row.head;
    const next = this.#tables.capabilityOfEpoch(log, upTo + 1);
    // The Commit that closed it comes right before the first entry of the epoch that it led to.
    if (upTo + 1 === row.closed) return next?.seq ?? 0;
    return (this.#unsettled.tail(keyOf(log))?.firsts.get(upTo + 1) ?? next?.first ?? 0) - 1;
  }

  /** Of a log that holds too much the oldest entries up to `last` go; answers the first that is left. */
  #makeRoom(log: Uint8Array, key: string, last: number, { bytes, first }: StoredRow): number {
    if (bytes <= this.#logBytes) return first;
    const tail = this.#unsettled.tail(key);
    if (tail) this.#unsettled.settleTail(tail);
    const old = this.#tables.bytesUpTo(log, last, bytes - this.#logBytes);
    if (old.seq === 0) return first;
    this.#deleteUpTo(log, old.seq, old.bytes);
    return old.seq + 1;
  }

  #note(key: string, log: Uint8Array, row: LogRow, entries: readonly Entry[]): void {
    const change = this.#changes.get(key);
    if (change) {
      change.row = row;
      change.entries.push(...entries);
    } else this.#changes.set(key, { log, row, entries: [...entries] });
  }
}

export function sameBytes(a: unknown, b: Uint8Array): boolean {
  return a instanceof Uint8Array && Buffer.compare(a, b) === 0;
}
