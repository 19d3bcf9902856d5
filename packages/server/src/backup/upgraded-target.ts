/**
 * Puts a backup of an earlier schema into PostgreSQL: its rows go into a SQLite database of their own schema
 * first, which is brought forward as a server's would be, and from there on.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Stored, StoredTable } from '../engine/engine.ts';
import { SCHEMAS, sqliteSchema } from '../engine/schemas.ts';
import { SqliteTarget } from '../engine/sqlite/restore-target.ts';
import { SqliteSnapshot } from '../engine/sqlite/snapshot.ts';
import type { DayKeys } from '../kept/day-keys.ts';
import type { RestoreTarget } from './restore-target.ts';

const BATCH = 200;

export class UpgradedTarget implements RestoreTarget {
  readonly #target: RestoreTarget;
  readonly #folder: string;
  readonly #keys: DayKeys;
  #earlier: SqliteTarget | undefined;

  /** @param folder made where it is needed, and deleted */
  constructor(target: RestoreTarget, folder: string, keys: DayKeys) {
    this.#target = target;
    this.#folder = folder;
    this.#keys = keys;
  }

  accept(engine: string, schema: number): void {
    if (sqliteSchema(engine, schema) === SCHEMAS.sqlite) {
      this.#target.accept(engine, SCHEMAS[engine] ?? schema);
      return;
    }
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#earlier = SqliteTarget.open(this.#path, this.#keys);
    this.#earlier.accept(engine, schema);
  }

  insert(table: StoredTable, rows: readonly (readonly Stored[])[]): Promise<void> {
    return (this.#earlier ?? this.#target).insert(table, rows);
  }

  async finish(): Promise<void> {
    if (this.#earlier) {
      await this.#earlier.finish();
      await this.#hand(new SqliteSnapshot(this.#path, this.#folder));
    }
    await this.#target.finish();
  }

  async abandon(): Promise<void> {
    await this.#earlier?.abandon();
    await this.#target.abandon();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #path(): string {
    return join(this.#folder, 'earlier.db');
  }

  async #hand(snapshot: SqliteSnapshot): Promise<void> {
    try {
      this.#target.accept(snapshot.engine, snapshot.schema);
      for (const table of snapshot.tables) {
        let batch: (readonly Stored[])[] = [];
        for await (const row of snapshot.rows(table)) {
          if (batch.push(row) < BATCH) continue;
          await this.#target.insert(table, batch);
          batch = [];
        }
        if (batch.length > 0) await this.#target.insert(table, batch);
      }
    } finally {
      await snapshot.close();
    }
  }
}
