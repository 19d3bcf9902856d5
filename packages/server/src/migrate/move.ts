/**
 * Moves what a server keeps from SQLite to PostgreSQL: one copy in one transaction, held against the
 * original by counts and hashes before it counts. If it is cut short nothing has changed, and it is begun
 * again. Identity, settings and the keys of days stay in the data folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@polynya/reach/clock';
import { type Engine, StorageError, type Stored, type StoredTable } from '../engine/engine.ts';
import type { PostgresTarget } from '../engine/postgres/restore-target.ts';
import { SqliteEngine } from '../engine/sqlite/sqlite-engine.ts';
import { createFile } from '../kept/durable-file.ts';
import { databasePath, loadServerKeys } from '../kept/server-state.ts';
import { RowSum } from './row-sum.ts';

/** Rows that are put in at once, and their bytes at most. */
const BATCH = { rows: 200, bytes: 1_048_576 };

const markOf = (dataDir: string): string => join(dataDir, 'moved-to-postgres');

/** Whether what SQLite has in this folder was moved, and is not what people see any more. */
export const wasMoved = (dataDir: string): boolean => existsSync(markOf(dataDir));

export interface MoveOptions {
  /** On SQLite, which nobody writes to meanwhile. */
  readonly engine: Pick<Engine, 'snapshot'>;
  readonly dataDir: string;
  /** The URL of a database that is empty, or holds a copy of this server that nobody served from. */
  readonly postgres: string;
  readonly random: Random;
}

export interface MovedTable {
  readonly rows: number;
  /** See `RowSum`. */
  readonly hash: string;
}

export interface MoveReport {
  /** By name; the same in both databases. */
  readonly tables: Readonly<Record<string, MovedTable>>;
  readonly seconds: number;
}

/** All of it or nothing. @throws StorageError with a sentence for the host */
export async function moveToPostgres(options: MoveOptions): Promise<MoveReport> {
  const { engine, dataDir, postgres, random } = options;
  if (wasMoved(dataDir)) {
    throw new StorageError('in-use', `What is in ${dataDir} was moved to PostgreSQL already.`);
  }
  const started = performance.now();
  const { identity } = loadServerKeys(dataDir, random);
  const name = createHash('sha256').update('polynya moved').update(identity).digest();
  const { PostgresTarget } = await import('../engine/postgres/restore-target.ts');
  const scratch = join(dataDir, 'move-scratch');
  rmSync(scratch, { recursive: true, force: true });
  const snapshot = await engine.snapshot(scratch);
  let target: PostgresTarget | undefined;
  try {
    target = await PostgresTarget.open(postgres, name);
    target.accept(snapshot.engine, snapshot.schema);
    const tables: Record<string, MovedTable> = {};
    for (const table of snapshot.tables) {
      const sum = await copy(table, snapshot.rows(table), target);
      const back = new RowSum();
      for await (const row of target.rows(table)) back.add(row);
      if (back.rows !== sum.rows || back.hash !== sum.hash) {
        const why = `The copy of the table ${table.name} is not like the original: nothing was moved.`;
        throw new StorageError('corrupt', why);
      }
      tables[table.name] = { rows: sum.rows, hash: sum.hash };
    }
    await target.finish();
    target = undefined;
    createFile(markOf(dataDir), Buffer.from('The data of this server is in PostgreSQL.\n'));
    return { tables, seconds: (performance.now() - started) / 1_000 };
  } finally {
    await target?.abandon();
    await snapshot.close();
  }
}

/** The same where no server runs. @throws StorageError */
export async function moveStopped(options: Omit<MoveOptions, 'engine'>): Promise<MoveReport> {
  const { dataDir, random } = options;
  const path = databasePath(dataDir);
  if (!existsSync(path)) throw new StorageError('unavailable', `There is no database ${path}.`);
  const engine = new SqliteEngine({ path, now: () => Date.now(), random });
  try {
    return await moveToPostgres({ ...options, engine });
  } finally {
    await engine.close();
  }
}

async function copy(
  table: StoredTable,
  rows: AsyncIterable<readonly Stored[]>,
  target: PostgresTarget,
): Promise<RowSum> {
  const sum = new RowSum();
  let batch: (readonly Stored[])[] = [];
  let bytes = 0;
  const flush = async () => {
    if (batch.length > 0) await target.insert(table, batch);
    batch = [];
    bytes = 0;
  };
  for await (const row of rows) {
    sum.add(row);
    batch.push(row);
    for (const value of row) bytes += typeof value === 'number' ? 8 : value.length;
    if (batch.length >= BATCH.rows || bytes >= BATCH.bytes) await flush();
  }
  await flush();
  return sum;
}
