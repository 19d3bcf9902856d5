/** One moment of the database, as one transaction sees it, while it goes on being written. */
import type { PoolClient } from 'pg';
import type { Snapshot, Stored, StoredTable } from '../engine.ts';
import { SCHEMAS } from '../schemas.ts';
import type { Database, Sql } from './database.ts';

const FETCHED = 100;

export class PostgresSnapshot implements Snapshot {
  readonly engine = 'postgres';
  readonly schema = SCHEMAS.postgres ?? 0;
  readonly tables: readonly StoredTable[];
  readonly #client: PoolClient;

  private constructor(client: PoolClient, tables: readonly StoredTable[]) {
    this.#client = client;
    this.tables = tables;
  }

  /** @throws StorageError */
  static async take(database: Database): Promise<PostgresSnapshot> {
    const client = await database.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const query: Sql['query'] = async (text) => (await client.query(text)).rows;
      return new PostgresSnapshot(client, await tablesOf({ query }));
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  rows(table: StoredTable) {
    return rowsOf(this.#client, table);
  }

  async close() {
    const ended = await this.#client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    this.#client.release(ended);
  }
}

/** As the transaction of this connection sees them. */
export async function* rowsOf(client: PoolClient, { name, columns }: StoredTable) {
  await client.query(`DECLARE every NO SCROLL CURSOR FOR SELECT ${columns.join()} FROM ${name}`);
  for (;;) {
    const { rows } = await client.query(`FETCH ${FETCHED} FROM every`);
    if (rows.length === 0) break;
    for (const row of rows) yield columns.map((column) => stored(row[column]));
  }
  await client.query('CLOSE every');
}

/** What the database itself says that it holds: what is partitioned is ours, and beside it the version. */
export async function tablesOf(sql: Sql): Promise<StoredTable[]> {
  const rows = await sql.query<{ name: string; columns: string }>(
    `SELECT c.relname AS name, string_agg(a.attname, ',' ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relkind = 'p' AND c.relnamespace = current_schema()::regnamespace
       AND a.attnum > 0 AND NOT a.attisdropped
     GROUP BY c.relname ORDER BY c.relname`,
  );
  return rows.map(({ name, columns }) => ({ name, columns: columns.split(',') }));
}

/** As SQLite has it, whose rows are the same but for truth. */
const stored = (value: Stored | boolean): Stored =>
  typeof value === 'boolean' ? Number(value) : value;
