/** Puts the rows of a backup into an empty PostgreSQL database, in one transaction. */
import type { PoolClient } from 'pg';
import { checkSchema, type RestoreTarget, sqlName } from '../../backup/restore-target.ts';
import { StorageError, type Stored, type StoredTable } from '../engine.ts';
import { SCHEMAS } from '../schemas.ts';
import { Database } from './database.ts';
import { rowsOf, tablesOf } from './snapshot.ts';

export class PostgresTarget implements RestoreTarget {
  readonly #database: Database;
  readonly #client: PoolClient;
  readonly #copyOf: Uint8Array | undefined;

  private constructor(database: Database, client: PoolClient, copyOf?: Uint8Array) {
    this.#database = database;
    this.#client = client;
    this.#copyOf = copyOf;
  }

  /**
   * `copyOf`: what names the server whose database is copied; an earlier copy of it goes first, unless
   * somebody served from it. @throws StorageError, also for a database that is not empty
   */
  static async open(url: string, copyOf?: Uint8Array): Promise<PostgresTarget> {
    const database = await Database.open(url);
    try {
      const tables = (await tablesOf(database)).map(({ name }) => name);
      const earlier = copyOf && (await isCopy(database, copyOf));
      for (const name of earlier ? [] : tables) {
        const [found] = await database.query(`SELECT 1 FROM ${name} LIMIT 1`);
        if (found) throw new StorageError('in-use', 'The PostgreSQL database is not empty.');
      }
      const client = await database.connect();
      await client.query('BEGIN');
      if (earlier) await client.query(`TRUNCATE ${tables.join()}`);
      return new PostgresTarget(database, client, copyOf);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  accept(engine: string, schema: number): void {
    checkSchema(engine, schema, SCHEMAS);
  }

  async insert({ name, columns }: StoredTable, rows: readonly (readonly Stored[])[]) {
    const width = columns.length;
    const places = rows.map(
      (_, y) => `(${columns.map((column, x) => placeOf(column, y * width + x + 1)).join()})`,
    );
    await this.#client.query(
      `INSERT INTO ${sqlName(name)} (${columns.map(sqlName).join()}) VALUES ${places.join()}`,
      rows.flat(),
    );
  }

  /** As they stand in this database now. */
  rows(table: StoredTable) {
    return rowsOf(this.#client, table);
  }

  async finish() {
    if (this.#copyOf) {
      await this.#client.query('DELETE FROM copied_from');
      await this.#client.query('INSERT INTO copied_from VALUES ($1)', [this.#copyOf]);
    }
    await this.#client.query('COMMIT');
    this.#client.release();
    await this.#database.close();
  }

  async abandon() {
    this.#client.release(true);
    await this.#database.close();
  }
}

async function isCopy(database: Database, identity: Uint8Array): Promise<boolean> {
  const found = await database.query('SELECT 1 FROM copied_from WHERE identity = $1', [identity]);
  return found.length > 0;
}

/** The one column that is true or false. */
const placeOf = (column: string, n: number): string =>
  column === 'closes' ? `($${n}::int <> 0)` : `$${n}`;
