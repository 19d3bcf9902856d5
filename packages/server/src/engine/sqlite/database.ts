/**
 * Opens the database file: durable settings, one process at a time, forward-only migrations. Whatever
 * is wrong with the file is told as a StorageError whose message a host can act on.
 */
import { closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { DayKeys } from '../../kept/day-keys.ts';
import { StorageError } from '../engine.ts';
import { sql as first } from './migrations/0001-first.ts';
import { sql as sealed } from './migrations/0002-sealed.ts';
import { sql as shares } from './migrations/0003-shares.ts';
import { sql as bounds } from './migrations/0004-bounds.ts';
import { sql as terms } from './migrations/0005-terms.ts';
import { sql as subscriptions } from './migrations/0006-subscriptions.ts';
import { sql as journal } from './migrations/0007-journal.ts';

/** `migrations[i]` leads from `PRAGMA user_version` i to i + 1. Only ever appended to. */
const migrations: readonly string[] = [
  ...[first, sealed, shares, bounds, terms, subscriptions],
  journal,
];

/** A check of the whole file takes about a second per this many bytes; larger ones start unchecked. */
const CHECKED_AT_START = 256 * 1024 * 1024;

/** SQLite's primary result codes that we tell apart (https://sqlite.org/rescode.html). */
export const SQLITE = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const;

/** What SQLite said, by its primary and extended code; undefined for any other error. */
export function sqliteCode(error: unknown): { primary: number; extended: number } | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  const extended = error.errcode;
  return typeof extended === 'number' ? { primary: extended & 0xff, extended } : undefined;
}

export type Synchronous = 'FULL' | 'OFF';

const WINDOWS = process.platform === 'win32';
/** What is open in this process, by where it is: SQLite keeps out other processes. */
const open = new Map<string, DatabaseSync>();

/**
 * The database as SQLite opens it for this process alone, with the index of its log in memory, where another thread of
 * ours finds it, too. On Windows it knows no such way: one connection has the file for itself.
 */
export function databaseUrl(path: string): URL {
  const url = pathToFileURL(path);
  if (!WINDOWS) url.searchParams.set('vfs', 'unix-excl');
  return url;
}

/**
 * Opens or makes the database at `path`, whose bodies `keys` seals, and brings it forward to `version`: the
 * newest, but for rows of an earlier one. @throws StorageError
 */
export function openDatabase(
  path: string,
  synchronous: Synchronous,
  keys: DayKeys,
  version = migrations.length,
): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // For its owner alone; SQLite gives the write-ahead log the same mode.
    closeSync(openSync(path, 'a', 0o600));
    db = new DatabaseSync(databaseUrl(path), { timeout: 0, enableForeignKeyConstraints: false });
    if (WINDOWS) db.exec('PRAGMA locking_mode = EXCLUSIVE');
    const place = db.location() ?? path;
    if (open.get(place)?.isOpen) throw inUse(path);
    open.set(place, db);
    // Before anything that could write to a damaged file.
    check(db, path);
    db.exec(`
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${synchronous};
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA secure_delete = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -32768;
      PRAGMA journal_size_limit = 67108864;
    `);
    migrate(db, keys, version);
    emptyWal(db);
    keys.load();
    return db;
  } catch (error) {
    db?.close();
    throw asStorageError(error, path);
  }
}

/** Of what a process that died left in it. A full disk may keep that: a host starts the server to make room. */
function emptyWal(db: DatabaseSync): void {
  try {
    truncateWal(db);
  } catch (error) {
    if (sqliteCode(error)?.primary !== SQLITE.full) throw error;
  }
}

/** Moves the write-ahead log into the database and leaves nothing of it. @throws SQLite's error */
export function truncateWal(db: DatabaseSync): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** @throws StorageError for a newer database, and SQLite's error */
export function migrate(db: DatabaseSync, keys: DayKeys, wanted = migrations.length): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (version > migrations.length) {
    throw new StorageError(
      'newer',
      `The database was made by a newer version of this program (schema ${version}, this one knows ${migrations.length}): start that version, or use another data folder.`,
    );
  }
  if (version >= wanted) return;
  db.function('seal', (id, number, hour, body) =>
    keys.seal(Number(hour), { id: id as Uint8Array, number: Number(number) }, body as Uint8Array),
  );
  for (const [index, sql] of migrations.slice(0, wanted).entries()) {
    if (index < version) continue;
    db.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}

function check(db: DatabaseSync, path: string): void {
  if (statSync(path).size > CHECKED_AT_START) return;
  const found = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (found !== 'ok') throw corrupt(path);
}

function inUse(path: string, cause?: unknown): StorageError {
  return new StorageError('in-use', `Another server is running on ${path}: stop it first.`, cause);
}

function corrupt(path: string, cause?: unknown): StorageError {
  return new StorageError(
    'corrupt',
    `The database ${path} is damaged: restore it from a backup, or move it away to start an empty one.`,
    cause,
  );
}

/** The StorageError that says what an error of SQLite means for the host. */
export function asStorageError(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = sqliteCode(error)?.primary;
  if (code === SQLITE.corrupt || code === SQLITE.notADatabase) return corrupt(path, error);
  if (code === SQLITE.busy) return inUse(path, error);
  const why = error instanceof Error ? error.message : String(error);
  return new StorageError('unavailable', `The database ${path} cannot be used (${why}).`, error);
}
