/** Puts the rows of a backup into an empty PostgreSQL database, in one transaction. */
import type { PoolClient } from 'pg';
import { checkSchema, type RestoreTarget, sqlName } from '../../backup/restore-target.ts';
import { StorageError, type Stored, type StoredTable } from '../../engine.ts';
import { SCHEMAS } from '../schemas.ts';
import { Database } from './database.ts';
import { tablesOf } from './snapshot.ts';

export class PostgresTarget implements RestoreTarget {
  readonly #database: Database;
  readonly #client: PoolClient;

  private constructor(database: Database, client: PoolClient) {
    this.#database = database;
    this.#client = client;
  }

  /** @throws StorageError, also for a database that is not empty */
  static async open(url: string): Promise<PostgresTarget> {
    const database = await Database.open(url);
    try {
      for (const { name } of await tablesOf(database)) {
        const [found] = await database.query(`SELECT 1 FROM ${name} LIMIT 1`);
        if (found) throw new StorageError('in-use', 'The PostgreSQL database is not empty.');
      }
      const client = await database.connect();
      await client.query('BEGIN');
      return new PostgresTarget(database, client);
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

  async finish() {
    await this.#client.query('COMMIT');
    this.#client.release();
    await this.#database.close();
  }

  async abandon() {
    this.#client.release(true);
    await this.#database.close();
  }
}

/** The one column that is true or false. */
const placeOf = (column: string, n: number): string =>
  column === 'closes' ? `($${n}::int <> 0)` : `$${n}`;
