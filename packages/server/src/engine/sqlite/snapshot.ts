/**
 * One moment of the database, while it goes on being written: as long as nothing moves the write-ahead log
 * into the file, the file stands still and can be copied.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import type { Snapshot, Stored, StoredTable } from '../engine.ts';

/**
 * In a process of its own, because in ours closing the file would let go of SQLite's lock on it (POSIX
 * fcntl). Where the file system can, the copy shares the blocks of the original.
 */
const COPY = `const { copyFileSync, constants } = require('node:fs');
copyFileSync(process.argv[1], process.argv[2], constants.COPYFILE_FICLONE)`;

/** Copies the file of a database that stands still into `folder`, which is made. */
export async function copyStanding(path: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const copy = join(folder, 'copy.db');
  await promisify(execFile)(process.execPath, ['-e', COPY, path, copy]);
  return copy;
}

/** The rows of a copy, which is deleted with its folder in the end. */
export class SqliteSnapshot implements Snapshot {
  readonly engine = 'sqlite';
  readonly schema: number;
  readonly tables: readonly StoredTable[];
  readonly #db: DatabaseSync;
  readonly #folder: string;

  constructor(copy: string, folder: string) {
    this.#folder = folder;
    this.#db = new DatabaseSync(copy);
    this.schema = Number(this.#db.prepare('PRAGMA user_version').get()?.user_version);
    // It is empty: what was in it went to its tables before the copy was made.
    this.tables = tablesOf(this.#db).filter(({ name }) => name !== 'journal');
  }

  async *rows({ name, columns }: StoredTable) {
    const select = this.#db.prepare(`SELECT ${columns.join()} FROM ${name}`);
    for (const row of select.iterate()) yield columns.map((column) => row[column] as Stored);
  }

  async close() {
    this.#db.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What the database itself says that it holds. */
export function tablesOf(db: DatabaseSync): StoredTable[] {
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  return names.all().map(({ name }) => ({
    name: String(name),
    columns: db
      .prepare(`PRAGMA table_info(${name})`)
      .all()
      .map((column) => String(column.name)),
  }));
}
