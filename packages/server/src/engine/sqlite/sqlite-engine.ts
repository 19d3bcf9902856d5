/** The default engine: one SQLite file, one process, one transaction at a time and a sync of the disk for each. */
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LIMITS } from '@polynya/protocol/limits';
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
import { Checkpoints } from './checkpoints.ts';
import { asStorageError, openDatabase, type Synchronous } from './database.ts';
import { Inboxes } from './inboxes.ts';
import { Logs } from './logs.ts';
import { Settler } from './settler.ts';
import { copyStanding, SqliteSnapshot } from './snapshot.ts';
import { Subscriptions } from './subscriptions.ts';
import { census, quotas } from './survey.ts';
import { Turns } from './turns.ts';
import { WalKeeper } from './wal-keeper.ts';
import { WalSync } from './wal-sync.ts';

const HOUR = 3_600_000;

export interface SqliteOptions {
  /** The database file; made if it is not there. The keys of its bodies are in `keys/` beside it. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: Random;
  /** Bytes that one log holds before its oldest entries go. */
  readonly logBytes?: number;
  /** OFF is only for the test that shows what FULL is for. */
  readonly synchronous?: Synchronous;
}

export class SqliteEngine implements Engine {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #now: () => number;
  readonly #keys: DayKeys;
  readonly #turns: Turns;
  readonly #wal: WalKeeper;
  readonly #disk: WalSync;
  readonly #checkpoints: Checkpoints;
  readonly #logs: Logs;
  readonly #settler: Settler;
  readonly #inboxes: Inboxes;
  readonly #subscriptions: Subscriptions;
  readonly #blobs: Blobs;
  readonly #allowances: Allowances;
  readonly #failed = Promise.withResolvers<StorageError>();
  readonly #listeners: ((change: LogChange) => void)[] = [];
  /** Committed, and not yet known to be durable. */
  #changes: LogChange[] = [];
  /** Of earlier hours nothing is left, so the next scrub destroys their days' keys. */
  #keysSince = 0;
  /** Since the last scrub more was stored than is kept. */
  #tooMuch = false;

  /** @throws StorageError */
  constructor({ path, now, random, logBytes = LOG_BYTES, synchronous = 'FULL' }: SqliteOptions) {
    const hour = () => Math.floor(now() / HOUR);
    this.#keys = new DayKeys(join(dirname(path), 'keys'), random);
    this.#path = path;
    this.#now = now;
    this.#db = openDatabase(path, synchronous, this.#keys);
    this.#logs = this.#opened(() => new Logs(this.#db, this.#keys, hour, logBytes));
    this.#disk = this.#opened(() => new WalSync(this.#db, synchronous));
    this.#checkpoints = new Checkpoints(this.#db, this.#disk);
    this.#inboxes = new Inboxes(this.#db, hour);
    this.#subscriptions = new Subscriptions(this.#db, hour);
    this.#blobs = new Blobs(this.#db, this.#keys, hour);
    this.#allowances = new Allowances(this.#db, now);
    const sync = async (): Promise<void> => {
      await this.#disk.sync();
      await this.#checkpoints.turn();
    };
    this.#turns = new Turns(this.#db, path, sync, {
      closing: (sparing) => this.#logs.closeTurn(sparing),
      committed: () => this.#committed(),
      durable: () => this.#tell(),
      abandoned: () => this.#logs.undone(),
      broken: this.#failed.resolve,
    });
    this.#settler = new Settler(() =>
      this.#turns.change(() => {
        this.#logs.settleOn();
        return !this.#logs.settled;
      }),
    );
    if (!this.#logs.settled) this.#settler.appended();
    this.#wal = new WalKeeper(() => this.#emptying(() => this.#checkpoints.truncate()));
  }

  create(log: NewLog) {
    return this.#paying(() => {
      this.#allowances.load(log.allowance);
      if (this.#logs.create(log)) this.#allowances.spend(log.allowance, { logs: 1 });
    });
  }

  open(log: Uint8Array, hash: Uint8Array) {
    return this.#turns.read(() => this.#logs.open(log, hash));
  }

  live(log: Uint8Array, access: Access) {
    return this.#turns.read(() => this.#logs.live(log, access));
  }

  append(log: Uint8Array, access: Access, entries: readonly NewEntry[], mayAppend: boolean) {
    return this.#turns.write(() => this.#logs.append(log, access, entries, mayAppend));
  }

  commit(log: Uint8Array, access: Access, entry: NewEntry, turn: Turn, mayTurn: boolean) {
    return this.#turns.write(() => this.#logs.commit(log, access, entry, turn, mayTurn));
  }

  read(log: Uint8Array, access: Access, from: number, bytes: number) {
    return this.#turns.read(() => this.#logs.read(log, access, from, bytes));
  }

  allow(log: Uint8Array, access: Access, hash: Uint8Array, perHour: number) {
    return this.#turns.change(() => this.#inboxes.allow(log, access, hash, perHour));
  }

  revoke(log: Uint8Array, access: Access, hash: Uint8Array) {
    return this.#turns.change(() => this.#inboxes.revoke(log, access, hash));
  }

  stock(log: Uint8Array, access: Access, stock: Stock) {
    return this.#turns.change(() => this.#inboxes.stock(log, access, stock));
  }

  take(log: Uint8Array, access: Access, id: Uint8Array) {
    return this.#turns.change(() => this.#inboxes.take(log, access, id));
  }

  letters(log: Uint8Array, access: Access) {
    return this.#turns.read(() => this.#logs.letters(log, access));
  }

  subscribe(log: Uint8Array, access: Access, subscription: StoredSubscription) {
    return this.#turns.change(() => {
      this.#logs.live(log, access);
      this.#subscriptions.put(log, subscription);
    });
  }

  unsubscribe(log: Uint8Array, ids: readonly Uint8Array[]) {
    return this.#turns.change(() => this.#subscriptions.delete(log, ids));
  }

  subscriptions(log: Uint8Array) {
    return this.#turns.read(() => this.#subscriptions.of(log));
  }

  reseal(log: Uint8Array, from: number, subscription: StoredSubscription) {
    return this.#turns.change(() => this.#subscriptions.reseal(log, from, subscription));
  }

  createBlob(blob: NewBlob) {
    return this.#paying(() => {
      this.#allowances.load(blob.allowance);
      // One of no pieces has a row all the same.
      const bytes = Math.max(1, blob.pieces) * LIMITS.piece;
      const isNew = this.#blobs.create(blob);
      if (isNew) this.#allowances.spend(blob.allowance, { bytes });
      return isNew;
    });
  }

  putPiece(blob: Uint8Array, hash: Uint8Array, index: number, body: Uint8Array) {
    return this.#turns.change(() => this.#blobs.put(blob, hash, index, body));
  }

  getPiece(blob: Uint8Array, hash: Uint8Array, index: number) {
    return this.#turns.read(() => this.#blobs.get(blob, hash, index));
  }

  statBlob(blob: Uint8Array, hash: Uint8Array) {
    return this.#turns.read(() => this.#blobs.stat(blob, hash));
  }

  async dropBlob(blob: Uint8Array, drop: Uint8Array) {
    await this.#turns.change(() => this.#blobs.close(blob, drop));
    while (await this.#turns.change(() => this.#blobs.deletePieces(blob)));
  }

  invite(invite: HostInvite) {
    return this.#turns.change(() => this.#allowances.invite(invite));
  }

  admit(invite: Uint8Array, allowance: Uint8Array) {
    return this.#paying(() => this.#allowances.admit(invite, allowance));
  }

  grant(allowance: Uint8Array, invite: NewInvite) {
    return this.#paying(() => this.#allowances.grant(allowance, invite));
  }

  withdraw(allowance: Uint8Array, hash: Uint8Array, tag: Uint8Array) {
    return this.#paying(() => this.#allowances.withdraw(allowance, hash, tag));
  }

  allowance(hash: Uint8Array) {
    return this.#turns.read(() => this.#allowances.load(hash));
  }

  retain(retention: Retention) {
    return this.#turns.change(() => {
      const tooMuch = this.#stored() > retention.maxBytes;
      this.#tooMuch ||= tooMuch;
      // Or the oldest of all might be none of the oldest there.
      if (tooMuch) this.#logs.settle();
      const kept = tooMuch ? this.#stricter(retention) : retention;
      this.#allowances.retain(kept);
      // Each is a bounded step, so all of them run.
      const parts = [this.#logs, this.#blobs, this.#inboxes, this.#subscriptions];
      const steps = parts.map((part) => part.retain(kept));
      if (steps.includes(true)) return true;
      this.#keysSince = this.#tooMuch
        ? this.#oldest(kept.now)
        : Math.min(kept.entriesSince, kept.blobsSince);
      this.#tooMuch = false;
      return false;
    });
  }

  scrub() {
    return this.#emptying(() => {
      this.#db.exec('PRAGMA incremental_vacuum(4096)');
      this.#checkpoints.truncate();
      this.#keys.destroyBefore(this.#keysSince);
    });
  }

  async snapshot(scratch: string) {
    // The file stands still from here to the end of the copy: all that comes goes to the write-ahead log.
    const copy = await this.#checkpoints.alone(async () => {
      const settling = this.#turns.change(() => this.#logs.settle());
      const emptying = this.#turns.read(() => this.#checkpoints.truncate());
      await Promise.all([settling, emptying]);
      return copyStanding(this.#path, scratch);
    });
    this.#settleIn(copy);
    return new SqliteSnapshot(copy, scratch);
  }

  census() {
    return this.#turns.change(() => {
      this.#logs.settle();
      return census(this.#db);
    });
  }

  quotas() {
    return this.#turns.read(() => quotas(this.#db, this.#now()));
  }

  size() {
    return this.#turns.read(() => this.#stored());
  }

  get failed(): Promise<StorageError> {
    return this.#failed.promise;
  }

  onChange(listener: (change: LogChange) => void): void {
    this.#listeners.push(listener);
  }

  async close() {
    this.#wal.stop();
    this.#settler.stop();
    await this.#checkpoints.stop();
    // What a failing storage does not settle any more is in the journal when it is opened next.
    const settling = this.#turns.change(() => this.#logs.settle()).catch(() => undefined);
    await this.#turns.stop();
    await settling;
    this.#disk.close();
  }

  /** @throws StorageError */
  #opened<T>(open: () => T): T {
    try {
      return open();
    } catch (error) {
      this.#db.close();
      throw asStorageError(error, this.#path);
    }
  }

  /** What came in the turn that settled the rest is in the journal of a copy, and goes to its tables there. */
  #settleIn(copy: string): void {
    const db = new DatabaseSync(copy);
    try {
      const logs = new Logs(db, this.#keys, () => 0, Number.MAX_SAFE_INTEGER);
      // It is thrown away where this fails.
      db.exec('PRAGMA synchronous = OFF; BEGIN');
      logs.settle();
      db.exec('COMMIT');
    } finally {
      db.close();
    }
  }

  /** A change that spends, or passes on, what an allowance has. */
  #paying<T>(run: () => T): Promise<T> {
    return this.#turns.change(() => {
      const value = run();
      this.#wal.debited();
      return value;
    });
  }

  /** Runs what empties the write-ahead log, once nobody needs the file to stand still and most of it was copied. */
  #emptying(run: () => void): Promise<void> {
    return this.#checkpoints.alone(async () => {
      await this.#checkpoints.copy();
      await this.#turns.read(run);
    });
  }

  #committed(): void {
    this.#logs.committed();
    this.#changes.push(...this.#logs.takeChanges());
  }

  #tell(): void {
    if (!this.#logs.settled) this.#settler.appended();
    const changes = this.#changes;
    this.#changes = [];
    for (const change of changes) {
      for (const listener of this.#listeners) listener(change);
    }
  }

  /** Bytes in use, without pages that are free for new data. */
  #stored(): number {
    const pages = this.#pragma('page_count') - this.#pragma('freelist_count');
    return pages * this.#pragma('page_size');
  }

  #pragma(name: 'page_count' | 'freelist_count' | 'page_size'): number {
    return Number(this.#db.prepare(`PRAGMA ${name}`).get()?.[name]);
  }

  /** The hour of the oldest entry or blob. */
  #oldest(now: number): number {
    return Math.min(this.#logs.oldest() ?? now, this.#blobs.oldest() ?? now);
  }

  /** What to keep when too much is stored: all but the oldest hour. */
  #stricter(retention: Retention): Retention {
    const since = this.#oldest(retention.now) + 1;
    const entriesSince = Math.max(retention.entriesSince, since);
    return { ...retention, entriesSince, blobsSince: Math.max(retention.blobsSince, since) };
  }
}
