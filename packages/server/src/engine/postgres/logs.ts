/** Logs in PostgreSQL: appends batched per turn of the event loop, and what is asked of single logs. */

import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Entry, LogState, Result } from '@polynya/protocol/requests';
import { keyOf } from '@polynya/reach/key-of';
import {
  type Access,
  forbidden,
  isLive,
  LOG_KINDS,
  type LogRow,
  ROLES,
  readableEpoch,
} from '../../delivery/log-rules.ts';
import type { DayKeys } from '../../kept/day-keys.ts';
import { ENTRY_BYTES, type LogChange, type Retention } from '../engine.ts';
import { type Database, type Sql, single } from './database.ts';
import { type Ask, type Known, type Plan, plan } from './log-batch.ts';
import { type Applied, apply, load, NOTHING, type SealedEntry } from './log-statements.ts';

/** What an entry takes in an answer besides its body, at most. */
const ENTRY_OVERHEAD = 100;
/** An answer has to fit into one envelope with room for others' framing. */
const READ_BYTES = LIMITS.envelope - 8_192;
const READ_ENTRIES = 1_024;
const RETENTION_CHUNK = 256;
/** Rows that are remembered (count). */
const REMEMBERED = 100_000;

/** A log's row, and where the epoch after the one in question begins. */
interface StateRow extends LogRow {
  readonly nextSeq: number | null;
  readonly nextFirst: number | null;
}

export interface LogsOptions {
  readonly database: Database;
  readonly keys: DayKeys;
  readonly hour: () => number;
  readonly logBytes: number;
  /** Hears what was appended, after it is durable and before it is answered. */
  readonly appended: (changes: readonly LogChange[]) => void;
}

export class Logs {
  readonly #options: LogsOptions;
  readonly #sql: Sql;
  readonly #rows = new Map<string, LogRow>();
  #asks: Ask[] = [];
  #flushing: Promise<void> | undefined;

  constructor(options: LogsOptions) {
    this.#options = options;
    this.#sql = options.database;
  }

  /** Appends, with all else that is asked for in this turn and while the turn before is under way. */
  append(ask: Omit<Ask, 'resolve' | 'reject'>): Promise<{ seqs: number[]; repeated: boolean }> {
    return new Promise((resolve, reject) => {
      this.#asks.push({ ...ask, resolve, reject });
      this.#flushing ??= new Promise<void>((go) => setImmediate(go)).then(() => this.#flush());
    });
  }

  /** Resolves when all that was asked for is answered. */
  async idle(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  async open(log: Uint8Array, hash: Uint8Array): Promise<{ access: Access; state: LogState }> {
    const found = await single<StateRow & { own: number | null; token: Uint8Array | null }>(
      this.#sql,
      `SELECT l.kind, l.head, l.first, l.epoch, l.closed, c.epoch AS own, t.hash AS token,
         n.seq AS "nextSeq", n.first AS "nextFirst"
       FROM log AS l
       LEFT JOIN capability AS c ON c.log = l.log AND c.hash = $2
       LEFT JOIN contact_token AS t ON t.log = l.log AND t.hash = $2
       LEFT JOIN capability AS n ON n.log = l.log AND n.epoch = c.epoch + 1
       WHERE l.log = $1`,
      [log, hash],
    );
    if (!found || (found.own === null && !found.token)) throw new ProtocolError('not-found');
    const access: Access =
      found.own === null
        ? { role: 'contact', token: hash }
        : found.kind === LOG_KINDS.inbox
          ? { role: 'owner' }
          : { role: 'member', epoch: found.own };
    return { access, state: await this.#state(log, found, access) };
  }

  async live(log: Uint8Array, access: Access): Promise<LogState> {
    const row = await this.#load(log, access);
    if (!isLive(row, access)) throw forbidden('this log is not watched with that secret');
    return this.#state(log, row, access);
  }

  /** Letters an hour for this contact token. */
  async letters(log: Uint8Array, access: Access): Promise<number> {
    if (access.role !== 'contact') return 0;
    const text = 'SELECT per_hour FROM contact_token WHERE log = $1 AND hash = $2';
    const token = await single<{ per_hour: number }>(this.#sql, text, [log, access.token]);
    if (!token) throw new ProtocolError('not-found');
    return token.per_hour;
  }

  async read(
    log: Uint8Array,
    access: Access,
    from: number,
    bytes: number,
  ): Promise<Result<'read'>> {
    const row = await this.#load(log, access);
    const head = visibleHead(row, readableEpoch(row, access));
    let entries: Entry[] = [];
    let first = Math.min(row.first, head + 1);
    let left = Math.min(bytes, READ_BYTES);
    for (const { hour, ...stored } of await this.entries(log, Math.max(from, first), head, left)) {
      const body = this.#options.keys.open(hour, { id: log, number: stored.seq }, stored.body);
      if (!body) {
        // As if retention had come this far: a log has no holes.
        entries = [];
        first = stored.seq + 1;
        continue;
      }
      left -= body.length + ENTRY_OVERHEAD;
      if (left < 0 && entries.length > 0) break;
      entries.push({ ...stored, body });
    }
    return { entries, head, first };
  }

  /** Stored entries from `from` to `to`, about as many as `bytes` hold and one at least, their bodies sealed. */
  async entries(
    log: Uint8Array,
    from: number,
    to: number,
    bytes: number,
  ): Promise<(Entry & { hour: number })[]> {
    const rows = await this.#sql.query<
      Omit<Entry, 'turn'> & { closes: boolean; next: Uint8Array; hour: number }
    >(
      `SELECT seq, kind, epoch, id, body, closes, next, hour FROM (
         SELECT *, sum(length(body) + 72) OVER (ORDER BY seq) - length(body) AS before FROM (
           SELECT * FROM entry WHERE log = $1 AND seq >= $2 AND seq <= $3
           ORDER BY seq LIMIT ${READ_ENTRIES}) AS chunk) AS measured
       WHERE before <= $4 OR seq = $2 ORDER BY seq`,
      [log, from, to, bytes],
    );
    return rows.map(({ closes, next, ...entry }) => ({
      ...entry,
      turn: next.length > 0 ? { closes, next } : null,
    }));
  }

  /** Deletes a chunk of the entries older than `entriesSince`; how much it counted, undefined for none. */
  async retain({ entriesSince }: Retention): Promise<number | undefined> {
    const old = await single<{ log: Uint8Array }>(
      this.#sql,
      'SELECT log FROM log WHERE oldest < $1 ORDER BY oldest LIMIT 1',
      [entriesSince],
    );
    if (!old) return undefined;
    return this.#deleteOldest(
      old.log,
      `SELECT max(seq) FROM (SELECT seq, hour FROM entry WHERE log = $1 ORDER BY seq
         LIMIT ${RETENTION_CHUNK}) AS chunk WHERE hour < $2`,
      entriesSince,
    );
  }

  /** The hour of the oldest entry, or undefined. */
  async oldest(): Promise<number | undefined> {
    const [found] = await this.#sql.query<{ oldest: number }>(
      `SELECT oldest FROM log WHERE oldest < ${NOTHING} ORDER BY oldest LIMIT 1`,
    );
    return found?.oldest;
  }

  /** The row as it is now, for whoever wants to know what others appended. */
  async row(log: Uint8Array): Promise<LogRow> {
    return this.#load(log, { role: 'owner' });
  }

  async #flush(): Promise<void> {
    const asks = this.#asks;
    this.#asks = [];
    try {
      await this.#append(asks);
    } catch (error) {
      for (const { reject } of asks) reject(error);
    }
    this.#flushing = this.#asks.length > 0 ? this.#flush() : undefined;
  }

  /** Decides on remembered rows, and anew on loaded ones wherever those were not the latest. */
  async #append(asks: readonly Ask[]): Promise<void> {
    const byLog = Map.groupBy(asks, ({ log }) => keyOf(log));
    for (let again = [...byLog.values()]; again.length > 0; ) {
      const strangers = again.filter(([ask]) => ask && !this.#rows.has(keyOf(ask.log)));
      const loaded = strangers.length > 0 ? await load(this.#sql, strangers.flat()) : undefined;
      const plans: Plan[] = [];
      const left: Ask[][] = [];
      for (const ofLog of again) {
        const [{ log }] = ofLog as [Ask];
        const known = loaded?.get(keyOf(log)) ?? this.#remembered(log);
        const planned = known && plan(log, ofLog, known);
        if (planned) plans.push(planned);
        else if (known) left.push(ofLog);
        else for (const { reject } of ofLog) reject(new ProtocolError('not-found'));
        this.#rows.delete(keyOf(log));
      }
      const done = await this.#apply(plans);
      for (const one of plans) {
        if (done.has(one)) one.settle();
        else left.push(byLog.get(keyOf(one.log)) ?? []);
      }
      again = left;
    }
  }

  /** Those plans that came true, after whoever watches has heard of it. */
  async #apply(plans: readonly Plan[]): Promise<Set<Plan>> {
    const { keys, hour, appended } = this.#options;
    const now = hour();
    const moving = plans.filter(({ entries }) => entries.length > 0);
    const sealed = moving.flatMap(({ log, entries }) =>
      entries.map((entry): SealedEntry => {
        const body = keys.seal(now, { id: log, number: entry.seq }, entry.body);
        return { ...entry, log, body };
      }),
    );
    const applied = moving.length > 0 ? await apply(this.#sql, moving, sealed, now) : [];
    const byLog = new Map(applied.map((one) => [keyOf(one.log), one]));
    const done = new Set(plans.filter(({ entries }) => entries.length === 0));
    const changes: LogChange[] = [];
    for (const one of moving) {
      const found = byLog.get(keyOf(one.log));
      if (!found) continue;
      done.add(one);
      const row = { ...one.row, first: found.first };
      this.#remember(one.log, row);
      changes.push({ log: one.log, row, entries: one.entries });
    }
    await Promise.all(applied.map((one) => this.#makeRoom(one)));
    appended(changes);
    return done;
  }

  /** Of a log that holds too much the oldest entries go. */
  async #makeRoom({ log, bytes }: Applied): Promise<void> {
    const excess = bytes - this.#options.logBytes;
    if (excess <= 0) return;
    await this.#deleteOldest(
      log,
      `SELECT min(seq) FROM (
         SELECT seq, sum(length(body) + ${ENTRY_BYTES}) OVER (ORDER BY seq) AS bytes
         FROM entry WHERE log = $1) AS measured WHERE bytes >= $2`,
      excess,
    );
  }

  /** Deletes up to the seq that `last` selects by `$1`, the log, and `$2`; how much it counted. */
  async #deleteOldest(log: Uint8Array, last: string, given: number): Promise<number> {
    const deleted = await this.#options.database.transaction(async (sql) => {
      const [locked] = await sql.query('SELECT FROM log WHERE log = $1 FOR UPDATE', [log]);
      if (!locked) return undefined;
      return single<{ bytes: number; first: number }>(
        sql,
        `WITH last AS (${last}),
         gone AS (
           DELETE FROM entry WHERE log = $1 AND seq <= (SELECT * FROM last)
           RETURNING length(body) + ${ENTRY_BYTES} AS bytes),
         next AS (
           SELECT hour FROM entry WHERE log = $1 AND seq > (SELECT * FROM last)
           ORDER BY seq LIMIT 1),
         counted AS (SELECT coalesce(sum(bytes), 0)::bigint AS bytes FROM gone)
         UPDATE log SET bytes = log.bytes - counted.bytes,
           first = coalesce((SELECT * FROM last) + 1, log.first),
           oldest = coalesce((SELECT hour FROM next), ${NOTHING})
         FROM counted WHERE log = $1 RETURNING counted.bytes, log.first`,
        [log, given],
      );
    });
    const row = this.#rows.get(keyOf(log));
    if (row && deleted) this.#rows.set(keyOf(log), { ...row, first: deleted.first });
    return deleted?.bytes ?? 0;
  }

  #remembered(log: Uint8Array): Known | undefined {
    const row = this.#rows.get(keyOf(log));
    return row && { row };
  }

  #remember(log: Uint8Array, row: LogRow): void {
    this.#rows.set(keyOf(log), row);
    const [eldest] = this.#rows.keys();
    if (this.#rows.size > REMEMBERED && eldest !== undefined) this.#rows.delete(eldest);
  }

  async #load(log: Uint8Array, access: Access): Promise<StateRow> {
    const row = await single<StateRow>(
      this.#sql,
      `SELECT l.kind, l.head, l.first, l.epoch, l.closed, n.seq AS "nextSeq", n.first AS "nextFirst"
       FROM log AS l LEFT JOIN capability AS n ON n.log = l.log AND n.epoch = $2
       WHERE l.log = $1`,
      [log, access.role === 'member' ? access.epoch + 1 : 0],
    );
    if (!row) throw new ProtocolError('not-found');
    return row;
  }

  async #state(log: Uint8Array, row: StateRow, access: Access): Promise<LogState> {
    const role = ROLES[access.role];
    if (access.role === 'contact') {
      return { head: 0, first: 1, epoch: 0, role, upTo: null, low: [] };
    }
    const upTo = readableEpoch(row, access);
    const low = access.role === 'owner' ? await this.#low(log) : [];
    const head = visibleHead(row, upTo);
    return {
      head,
      first: Math.min(row.first, head + 1),
      epoch: upTo ?? row.epoch,
      role,
      upTo,
      low,
    };
  }

  async #low(log: Uint8Array): Promise<Uint8Array[]> {
    const rows = await this.#sql.query<{ hash: Uint8Array }>(
      `SELECT hash FROM contact_token AS t WHERE log = $1 AND NOT EXISTS (
         SELECT FROM key_package AS k WHERE k.log = t.log AND k.token = t.hash AND k.taken_by = '')
       ORDER BY hash LIMIT 256`,
      [log],
    );
    return rows.map(({ hash }) => hash);
  }
}

/** A closed capability is not told how the log goes on: its head is before the first entry of a later epoch. */
function visibleHead(row: StateRow, upTo: number | null): number {
  if (upTo === null) return row.head;
  // The Commit that closed it comes right before the first entry of the epoch that it led to.
  return upTo + 1 === row.closed ? (row.nextSeq ?? 0) : (row.nextFirst ?? 1) - 1;
}
