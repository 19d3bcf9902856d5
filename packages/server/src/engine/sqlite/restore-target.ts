/** Puts the rows of a backup into an empty SQLite database, in one transaction. */
import type { DatabaseSync } from 'node:sqlite';
import { checkSchema, type RestoreTarget, sqlName } from '../../backup/restore-target.ts';
import type { DayKeys } from '../../day-keys.ts';
import type { Stored, StoredTable } from '../../engine.ts';
import { SCHEMAS } from '../schemas.ts';
import { asStorageError, openDatabase, truncateWal } from './database.ts';

export class SqliteTarget implements RestoreTarget {
  readonly #db: DatabaseSync;
  readonly #path: string;

  private constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
    db.exec('BEGIN IMMEDIATE');
  }

  /** @throws StorageError */
  static open(path: string, keys: DayKeys): SqliteTarget {
    return new SqliteTarget(openDatabase(path, 'FULL', keys), path);
  }

  accept(engine: string, schema: number): void {
    checkSchema(engine, schema, SCHEMAS);
  }

  async insert({ name, columns }: StoredTable, rows: readonly (readonly Stored[])[]) {
    this.#told(() => {
      const insert = this.#db.prepare(
        `INSERT INTO ${sqlName(name)} (${columns.map(sqlName).join()})
         VALUES (${columns.map(() => '?').join()})`,
      );
      for (const row of rows) insert.run(...row);
    });
  }

  async finish() {
    this.#told(() => {
      this.#db.exec('COMMIT');
      truncateWal(this.#db);
      this.#db.close();
    });
  }

  async abandon() {
    if (this.#db.isOpen) this.#db.close();
  }

  #told(run: () => void): void {
    try {
      run();
    } catch (error) {
      throw asStorageError(error, this.#path);
    }
  }
}
