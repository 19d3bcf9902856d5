/**
 * The Store over `node:sqlite`: one file, one process, an fsync before every acknowledgement.
 * The exclusive lock is the kernel's, so a killed process leaves none behind.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import {
  type Change,
  copyOf,
  isEmptyRange,
  type Range,
  type Store,
  StoreError,
  type StoreErrorCode,
  type Table,
} from './store.ts';

/** Forward only: `user_version` counts those that have run. Never edit one that was released. */
const MIGRATIONS = [
  `CREATE TABLE record (
     tab TEXT NOT NULL,
     key BLOB NOT NULL,
     value BLOB NOT NULL,
     PRIMARY KEY (tab, key)
   ) STRICT, WITHOUT ROWID`,
];

export interface SqliteStoreOptions {
  /** Bytes that the database file may grow to; a batch past it is refused as `full`. */
  readonly maxBytes?: number;
}

/**
 * Opens or makes the database at `path` (mode 0600; a folder that is missing is made with 0700),
 * or one in memory for `:memory:`. It stays locked against every other opener until closed.
 * @throws StoreError `locked`, `corrupt` (damaged, or no database at all), `newer`, `full`, `failed`
 */
export async function openSqliteStore(
  path: string,
  options: SqliteStoreOptions = {},
): Promise<Store> {
  let db: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') makePrivateFile(path);
    db = new DatabaseSync(path);
    // Locking comes first: it is what keeps the rest from meeting another process.
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA fullfsync = ON'); // macOS: fsync alone stops at the drive's cache
    db.exec('PRAGMA secure_delete = ON');
    migrate(db);
    if (options.maxBytes !== undefined) limit(db, options.maxBytes);
    return new SqliteStore(db, path);
  } catch (cause) {
    db?.close();
    throw asStoreError(cause, path);
  }
}

class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #range: Readonly<Record<'up' | 'down' | 'upTo' | 'downTo', StatementSync>>;

  constructor(db: DatabaseSync, path: string) {
    const select = 'SELECT key, value FROM record WHERE tab = :tab AND key >= :from';
    this.#db = db;
    this.#path = path;
    this.#get = db.prepare('SELECT value FROM record WHERE tab = ? AND key = ?');
    this.#put = db.prepare(
      `INSERT INTO record (tab, key, value) VALUES (?, ?, ?)
       ON CONFLICT (tab, key) DO UPDATE SET value = excluded.value`,
    );
    this.#delete = db.prepare('DELETE FROM record WHERE tab = ? AND key = ?');
    this.#range = {
      up: db.prepare(`${select} ORDER BY key LIMIT :limit`),
      down: db.prepare(`${select} ORDER BY key DESC LIMIT :limit`),
      upTo: db.prepare(`${select} AND key < :to ORDER BY key LIMIT :limit`),
      downTo: db.prepare(`${select} AND key < :to ORDER BY key DESC LIMIT :limit`),
    };
  }

  async get(table: Table, key: string): Promise<Uint8Array | undefined> {
    return this.#guard(() => {
      const row = this.#get.get(table, encodeKey(key)) as { value: Uint8Array } | undefined;
      return row?.value;
    });
  }

  async range(table: Table, range: Range = {}): Promise<[string, Uint8Array][]> {
    if (isEmptyRange(range)) return [];
    const { from = '', to, limit = -1, reverse = false } = range;
    return this.#guard(() => {
      const direction = reverse ? 'down' : 'up';
      const bounds = { tab: table, from: encodeKey(from), limit };
      const rows = (
        to === undefined
          ? this.#range[direction].all(bounds)
          : this.#range[`${direction}To`].all({ ...bounds, to: encodeKey(to) })
      ) as { key: Uint8Array; value: Uint8Array }[];
      return rows.map(({ key, value }) => [decodeKey(key), value]);
    });
  }

  async apply(changes: readonly Change[]): Promise<void> {
    this.#guard(() =>
      inTransaction(this.#db, () => {
        for (const { table, key, value } of changes) {
          if (value === null) this.#delete.run(table, encodeKey(key));
          else this.#put.run(table, encodeKey(key), copyOf(value));
        }
      }),
    );
  }

  async close(): Promise<void> {
    this.#guard(() => {
      if (this.#db.isOpen) this.#db.close();
    });
  }

  async destroy(): Promise<void> {
    await this.close();
    this.#guard(() => {
      if (this.#path === ':memory:') return;
      for (const suffix of ['', '-wal', '-shm', '-journal']) {
        rmSync(this.#path + suffix, { force: true });
      }
    });
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw asStoreError(cause, this.#path);
    }
  }
}

function makePrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Closing any descriptor of a file drops all of its process's locks on it (POSIX fcntl),
  // so one that exists, and may be open here already, is never opened by us.
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
  chmodSync(path, 0o600);
}

function migrate(db: DatabaseSync): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as {
    user_version: number;
  };
  if (version > MIGRATIONS.length) {
    throw new StoreError('newer', 'a newer version has made this store: update the program');
  }
  // Also when nothing is to be done: the first write is what takes the lock for good.
  inTransaction(db, () => {
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function limit(db: DatabaseSync, maxBytes: number): void {
  const { page_size: pageSize } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
}

function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (cause) {
    // A full disk has already rolled it back.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw cause;
  }
}

/** UTF-16BE: SQLite compares bytes, and so they order as code units do in IndexedDB. */
function encodeKey(key: string): Uint8Array {
  return Buffer.from(key, 'utf16le').swap16();
}

function decodeKey(key: Uint8Array): string {
  return Buffer.from(key).swap16().toString('utf16le');
}

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const CODES: ReadonlyMap<number, StoreErrorCode> = new Map([
  [5, 'locked'], // SQLITE_BUSY
  [11, 'corrupt'], // SQLITE_CORRUPT
  [13, 'full'], // SQLITE_FULL
  [26, 'corrupt'], // SQLITE_NOTADB
]);

const MESSAGES: Readonly<Record<StoreErrorCode, string>> = {
  full: 'no room is left for',
  newer: 'a newer version has made',
  older: 'an early version has made',
  corrupt: 'damaged, or not a database:',
  locked: 'another process is using',
  failed: 'cannot use',
};

function asStoreError(cause: unknown, path: string): StoreError {
  if (cause instanceof StoreError) return cause;
  const sqlite = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : 0;
  const outOfSpace = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
  const code = outOfSpace ? 'full' : (CODES.get(sqlite) ?? 'failed');
  return new StoreError(code, `${MESSAGES[code]} ${path}`, cause);
}
