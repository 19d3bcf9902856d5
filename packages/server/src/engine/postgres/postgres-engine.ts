/**
 * The engine past one machine: PostgreSQL, of which any number of server processes
 * may be clients. An answer comes after its COMMIT; whether that outlives the machine is the database's
 * `synchronous_commit` and its standbys'. The folder of day keys is shared by all processes.
 */

import { LIMITS } from '@polynya/protocol/limits';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { NewEntry, Turn } from '@polynya/protocol/requests';
import type { Random } from '@polynya/reach/clock';
import type { Access } from '../../delivery/log-rules.ts';
import { DayKeys } from '../../kept/day-keys.ts';
import {
  type Engine,
  type HostInvite,
  LOG_BYTES,
  type LogChange,
  type NewBlob,
  type NewInvite,
  type NewLog,
  type Retention,
  type Stock,
  type StorageError,
  type StoredSubscription,
} from '../engine.ts';
import { Allowances } from './allowances.ts';
import { Blobs } from './blobs.ts';
import { Database, type Sql, single } from './database.ts';
import { FollowedLogs } from './followed-logs.ts';
import { Inboxes } from './inboxes.ts';
import { NOTHING } from './log-statements.ts';
import { Logs } from './logs.ts';
import { Processes } from './processes.ts';
import { PostgresSnapshot } from './snapshot.ts';
import { Subscriptions } from './subscriptions.ts';
import { census, quotas, size } from './survey.ts';
import { WakeUps } from './wake-ups.ts';

const HOUR = 3_600_000;

export interface PostgresOptions {
  /** `postgres://user@host/database`, as libpq takes it. */
  readonly url: string;
  /** The folder of the keys that seal bodies, the same one for all processes of a database. */
  readonly keyFolder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: Random;
  /** Bytes that one log holds before its oldest entries go. */
  readonly logBytes?: number;
}

export class PostgresEngine implements Engine {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #keys: DayKeys;
  readonly #logs: Logs;
  readonly #inboxes: Inboxes;
  readonly #subscriptions: Subscriptions;
  readonly #blobs: Blobs;
  readonly #allowances: Allowances;
  readonly #wakeUps: WakeUps;
  readonly #followed: FollowedLogs;
  readonly #listeners: ((change: LogChange) => void)[] = [];
  /** Resolves when all that allowances were asked for so far is done: later requests see it. */
  #paid: Promise<unknown> = Promise.resolve();
  /** Rows may show which allowance paid for what; after a start too, for the one before it may have ended in between. */
  #shows = true;
  /** And rows which subscriptions came one after another, as those of one browser do. */
  #subscribed = true;
  /** Bytes that are stored, as counted when a run of retention began and less what it deleted. */
  #stored: number | undefined;
  /** Since the last scrub more was stored than is kept. */
  #tooMuch = false;
  /** Of earlier hours nothing is left, so the next scrub destroys their days' keys. */
  #keysSince = 0;

  readonly processes: Processes;
  /** A database that does not answer now may later: nothing is given up for good. */
  readonly failed = new Promise<StorageError>(() => undefined);

  private constructor(database: Database, { keyFolder, now, random, logBytes }: PostgresOptions) {
    const hour = () => Math.floor(now() / HOUR);
    const keys = new DayKeys(keyFolder, random);
    this.#database = database;
    this.#now = now;
    this.#keys = keys;
    this.#inboxes = new Inboxes(hour);
    this.#subscriptions = new Subscriptions(hour);
    this.#blobs = new Blobs(keys, hour);
    this.#allowances = new Allowances(now);
    this.#logs = new Logs({
      database,
      keys,
      hour,
      logBytes: logBytes ?? LOG_BYTES,
      appended: (changes) => {
        for (const change of changes) this.#followed.appended(change);
        this.#wakeUps.tell(changes.map(({ log }) => log));
      },
    });
    this.#followed = new FollowedLogs({
      logs: this.#logs,
      open: (...sealed) => keys.open(...sealed),
      now,
      announce: (change) => {
        for (const listener of this.#listeners) listener(change);
      },
    });
    const name = Buffer.from(random(16)).toString('hex');
    const woken = (shards: ReadonlySet<number> | undefined) => this.#followed.look(shards);
    const processes = () => this.processes.hear();
    this.#wakeUps = new WakeUps({ database, name, woken, processes });
    this.processes = new Processes(database, () => this.#wakeUps.tellProcesses());
  }

  /** @throws StorageError */
  static async open(options: PostgresOptions): Promise<PostgresEngine> {
    const database = await Database.open(options.url);
    const engine = new PostgresEngine(database, options);
    engine.#keys.load();
    // From now on there is more here than in what was copied.
    await database.query('DELETE FROM copied_from');
    await engine.#wakeUps.listen();
    return engine;
  }

  create({ log, kind, hash, allowance }: NewLog) {
    return this.#pay(async (sql) => {
      await this.#allowances.load(sql, allowance);
      const known = await single<{ kind: number; hash: Uint8Array }>(
        sql,
        `SELECT kind, hash FROM log JOIN capability USING (log) WHERE log = $1 AND capability.epoch = 0`,
        [log],
      );
      if (known) {
        if (known.kind === kind && Buffer.compare(known.hash, hash) === 0) return;
        throw new ProtocolError('exists', 'another log has this id');
      }
      await this.#allowances.spend(sql, allowance, { logs: 1 });
      await sql.query(
        `INSERT INTO log (log, kind, head, first, epoch, closed, oldest, bytes)
         VALUES ($1, $2, 0, 1, 0, 0, ${NOTHING}, 0)`,
        [log, kind],
      );
      await sql.query(
        'INSERT INTO capability (log, epoch, hash, seq, first) VALUES ($1, 0, $2, 0, 0)',
        [log, hash],
      );
    });
  }

  open(log: Uint8Array, hash: Uint8Array) {
    return this.#read(() => this.#logs.open(log, hash));
  }

  async live(log: Uint8Array, access: Access) {
    this.#followed.follow(log);
    const state = await this.#read(() => this.#logs.live(log, access));
    this.#followed.told(log, state.head);
    return state;
  }

  append(log: Uint8Array, access: Access, entries: readonly NewEntry[], may: boolean) {
    return this.#logs.append({ log, access, entries, turn: null, may });
  }

  async commit(log: Uint8Array, access: Access, entry: NewEntry, turn: Turn, may: boolean) {
    const asked = { log, access, entries: [entry], turn, may };
    const { seqs, repeated } = await this.#logs.append(asked);
    return { seq: seqs[0] ?? 0, repeated };
  }

  read(log: Uint8Array, access: Access, from: number, bytes: number) {
    return this.#read(() => this.#logs.read(log, access, from, bytes));
  }

  allow(log: Uint8Array, access: Access, hash: Uint8Array, perHour: number) {
    return this.#change((sql) => this.#inboxes.allow(sql, log, access, hash, perHour));
  }

  revoke(log: Uint8Array, access: Access, hash: Uint8Array) {
    return this.#change((sql) => this.#inboxes.revoke(sql, log, access, hash));
  }

  stock(log: Uint8Array, access: Access, stock: Stock) {
    return this.#change((sql) => this.#inboxes.stock(sql, log, access, stock));
  }

  take(log: Uint8Array, access: Access, id: Uint8Array) {
    return this.#change((sql) => this.#inboxes.take(sql, log, access, id));
  }

  letters(log: Uint8Array, access: Access) {
    return this.#read(() => this.#logs.letters(log, access));
  }

  async subscribe(log: Uint8Array, access: Access, subscription: StoredSubscription) {
    await this.#read(() => this.#logs.live(log, access));
    await this.#change((sql) => this.#subscriptions.put(sql, log, subscription));
    this.#subscribed = true;
  }

  unsubscribe(log: Uint8Array, ids: readonly Uint8Array[]) {
    return this.#change((sql) => this.#subscriptions.delete(sql, log, ids));
  }

  subscriptions(log: Uint8Array) {
    return this.#read((sql) => this.#subscriptions.of(sql, log));
  }

  reseal(log: Uint8Array, from: number, subscription: StoredSubscription) {
    return this.#change((sql) => this.#subscriptions.reseal(sql, log, from, subscription));
  }

  createBlob(blob: NewBlob) {
    return this.#pay(async (sql) => {
      await this.#allowances.load(sql, blob.allowance);
      // One of no pieces has a row all the same.
      const bytes = Math.max(1, blob.pieces) * LIMITS.piece;
      const isNew = await this.#blobs.create(sql, blob);
      if (isNew) await this.#allowances.spend(sql, blob.allowance, { bytes });
      return isNew;
    });
  }

  putPiece(blob: Uint8Array, hash: Uint8Array, index: number, body: Uint8Array) {
    return this.#change((sql) => this.#blobs.put(sql, blob, hash, index, body));
  }

  getPiece(blob: Uint8Array, hash: Uint8Array, index: number) {
    return this.#read((sql) => this.#blobs.get(sql, blob, hash, index));
  }

  statBlob(blob: Uint8Array, hash: Uint8Array) {
    return this.#read((sql) => this.#blobs.stat(sql, blob, hash));
  }

  async dropBlob(blob: Uint8Array, drop: Uint8Array) {
    await this.#change((sql) => this.#blobs.close(sql, blob, drop));
    while (await this.#change((sql) => this.#blobs.deletePieces(sql, blob)));
  }

  invite(invite: HostInvite) {
    return this.#pay((sql) => this.#allowances.invite(sql, invite));
  }

  admit(invite: Uint8Array, allowance: Uint8Array) {
    return this.#pay((sql) => this.#allowances.admit(sql, invite, allowance));
  }

  grant(allowance: Uint8Array, invite: NewInvite) {
    return this.#pay((sql) => this.#allowances.grant(sql, allowance, invite));
  }

  withdraw(allowance: Uint8Array, hash: Uint8Array, tag: Uint8Array) {
    return this.#pay((sql) => this.#allowances.withdraw(sql, allowance, hash, tag));
  }

  allowance(hash: Uint8Array) {
    return this.#read((sql) => this.#allowances.load(sql, hash));
  }

  async retain(retention: Retention) {
    this.#stored ??= await this.#count();
    const tooMuch = this.#stored > retention.maxBytes;
    this.#tooMuch ||= tooMuch;
    const kept = tooMuch ? await this.#stricter(retention) : retention;
    await this.#change((sql) => this.#allowances.retain(sql, kept));
    const deleted = [
      await this.#logs.retain(kept),
      await this.#change((sql) => this.#blobs.retain(sql, kept)),
    ];
    const forgotten = [
      await this.#change((sql) => this.#inboxes.retain(sql, kept)),
      await this.#change((sql) => this.#subscriptions.retain(sql, kept)),
    ].includes(true);
    for (const bytes of deleted) this.#stored -= bytes ?? 0;
    if (forgotten || deleted.some((bytes) => bytes !== undefined)) return true;
    this.#keysSince = this.#tooMuch
      ? await this.#oldest(kept.now)
      : Math.min(kept.entriesSince, kept.blobsSince);
    this.#tooMuch = false;
    this.#stored = undefined;
    return false;
  }

  /** What was deleted PostgreSQL overwrites when it likes; without its day's key it is noise. */
  async scrub() {
    this.#keys.destroyBefore(this.#keysSince);
    if (this.#shows) {
      this.#shows = false;
      await this.#inTurn((sql) => this.#allowances.mix(sql));
      await this.#database.query('VACUUM allowance');
    }
    if (this.#subscribed) {
      this.#subscribed = false;
      await this.#change((sql) => this.#subscriptions.mix(sql));
      await this.#database.query('VACUUM subscription');
    }
  }

  census() {
    return this.#read(census);
  }

  quotas() {
    return this.#read((sql) => quotas(sql, this.#now()));
  }

  size() {
    return this.#read(size);
  }

  snapshot() {
    return PostgresSnapshot.take(this.#database);
  }

  onChange(listener: (change: LogChange) => void): void {
    this.#listeners.push(listener);
  }

  async close() {
    await Promise.allSettled([this.#paid, this.#logs.idle()]);
    this.#wakeUps.stop();
    await this.#followed.idle();
    await this.#database.close();
  }

  /** A change that spends, or passes on, what an allowance has: one after another, seen by all later reads. */
  #pay<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    this.#shows = true;
    return this.#inTurn(run);
  }

  #inTurn<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    const paid = this.#paid.then(() => this.#change(run));
    this.#paid = paid.catch(() => undefined);
    return paid;
  }

  #change<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#database.transaction(run);
  }

  async #read<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    await this.#paid;
    return run(this.#database);
  }

  async #count(): Promise<number> {
    const [sum] = await this.#database.query<{ bytes: number }>(
      `SELECT ((SELECT coalesce(sum(bytes), 0) FROM log)
             + (SELECT coalesce(sum(bytes), 0) FROM blob))::bigint AS bytes`,
    );
    return sum?.bytes ?? 0;
  }

  /** The hour of the oldest entry or blob. */
  async #oldest(now: number): Promise<number> {
    const entry = await this.#logs.oldest();
    return Math.min(entry ?? now, (await this.#blobs.oldest(this.#database)) ?? now);
  }

  /** What to keep when too much is stored: all but the oldest hour. */
  async #stricter(retention: Retention): Promise<Retention> {
    const since = (await this.#oldest(retention.now)) + 1;
    const entriesSince = Math.max(retention.entriesSince, since);
    return { ...retention, entriesSince, blobsSince: Math.max(retention.blobsSince, since) };
  }
}
