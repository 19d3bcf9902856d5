/** Puts the rows of a backup into an empty SQLite database, in one transaction. */
import type { DatabaseSync } from 'node:sqlite';
import { checkSchema, type RestoreTarget, sqlName } from '../../backup/restore-target.ts';
import type { DayKeys } from '../../kept/day-keys.ts';
import type { Stored, StoredTable } from '../engine.ts';
import { SCHEMAS, sqliteSchema } from '../schemas.ts';
import { asStorageError, migrate, openDatabase, truncateWal } from './database.ts';

export class SqliteTarget implements RestoreTarget {
  readonly #path: string;
  readonly #keys: DayKeys;
  #opened: DatabaseSync | undefined;

  private constructor(path: string, keys: DayKeys) {
    this.#path = path;
    this.#keys = keys;
  }

  static open(path: string, keys: DayKeys): SqliteTarget {
    return new SqliteTarget(path, keys);
  }

  /** Takes rows of every schema so far: it is one of theirs until it has them all. */
  accept(engine: string, schema: number): void {
    const version = sqliteSchema(engine, schema);
    if (version === undefined) checkSchema(engine, schema, SCHEMAS);
    this.#opened = openDatabase(this.#path, 'FULL', this.#keys, version);
    this.#opened.exec('BEGIN IMMEDIATE');
  }

  get #db(): DatabaseSync {
    if (!this.#opened) throw new Error('rows before their schema');
    return this.#opened;
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
      migrate(this.#db, this.#keys);
      truncateWal(this.#db);
      this.#db.close();
    });
  }

  async abandon() {
    if (this.#opened?.isOpen) this.#opened.close();
  }

  #told(run: () => void): void {
    try {
      run();
    } catch (error) {
      throw asStorageError(error, this.#path);
    }
  }
}
