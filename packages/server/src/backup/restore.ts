/** Makes a data folder, and the database of either engine, out of a backup and the file of backup keys. */
import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '@polynya/reach/clock';
import { StorageError, type StoredTable } from '../engine/engine.ts';
import { DayKeys } from '../kept/day-keys.ts';
import { createFile } from '../kept/durable-file.ts';
import { BACKED_UP, databasePath, keyFolder, makeDataDir } from '../kept/server-state.ts';
import { type BackupRecord, decodeRecords, HEADER_BYTES, idIn } from './backup-file.ts';
import { type BackupKeys, readBackupKeys } from './backup-keys.ts';
import type { RestoreTarget } from './restore-target.ts';
import { openStream, StreamError } from './sealed-stream.ts';

/** Rows that are put in at once, and their bytes at most. */
const BATCH = { rows: 200, bytes: 1_048_576 };

export interface RestoreOptions {
  readonly file: string;
  readonly keysFile: string;
  /** Made; must be empty if it is there. */
  readonly dataDir: string;
  /** The URL of an empty PostgreSQL database; else SQLite in `dataDir`. */
  readonly postgres?: string;
  readonly random: Random;
}

export interface RestoreReport {
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Days of bodies that open (count). */
  readonly days: number;
}

/** All of it or nothing. @throws StorageError with a sentence for the host */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { file, dataDir, keysFile } = options;
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw failed(`${dataDir} is not empty: name a new folder with --data.`);
  }
  const header = await headerIn(file);
  const id = idIn(header);
  if (!id) throw failed(`${file} is no backup.`);
  const keys = readBackupKeys(keysFile);
  if (!keys) throw failed(`There is no file of backup keys ${keysFile}: name it with --keys.`);
  const key = keys.backups.get(Buffer.from(id).toString('hex'))?.key;
  if (!key) {
    const why = 'it is older than messages were kept, or was made with another file of keys';
    throw failed(`${keysFile} has no key for ${file}: ${why}. It opens to nothing.`);
  }
  const sealed = createReadStream(file, { start: HEADER_BYTES });
  makeDataDir(dataDir);
  let target: RestoreTarget | undefined;
  try {
    writeDayKeys(dataDir, keys);
    target = await targetOf(options);
    const rows = await fill(target, dataDir, decodeRecords(openStream(key, header, sealed)));
    await target.finish();
    return { rows, days: keys.days.size };
  } catch (error) {
    await target?.abandon();
    for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true });
    if (!(error instanceof StreamError)) throw error;
    throw new StorageError('corrupt', `${file} is damaged (${error.message}).`, error);
  } finally {
    sealed.destroy();
  }
}

async function fill(
  target: RestoreTarget,
  dataDir: string,
  records: AsyncIterable<BackupRecord>,
): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  let table: StoredTable | undefined;
  let batch: (BackupRecord & { kind: 'row' })['values'][] = [];
  let bytes = 0;
  let ended = false;
  const flush = async () => {
    if (table && batch.length > 0) await target.insert(table, batch);
    batch = [];
    bytes = 0;
  };
  for await (const record of records) {
    if (ended) throw new StreamError('more after its end');
    if (record.kind === 'about') {
      target.accept(record.engine, record.schema);
      for (const [name, content] of record.files) {
        if (BACKED_UP.includes(name)) createFile(join(dataDir, name), content);
      }
    } else if (record.kind === 'table') {
      await flush();
      table = record;
      rows[table.name] = 0;
    } else if (record.kind === 'row') {
      if (record.values.length !== table?.columns.length) throw new StreamError('a row too long');
      batch.push(record.values);
      rows[table.name] = (rows[table.name] ?? 0) + 1;
      for (const value of record.values) bytes += typeof value === 'number' ? 8 : value.length;
      if (batch.length >= BATCH.rows || bytes >= BATCH.bytes) await flush();
    } else {
      await flush();
      const sum = Object.values(rows).reduce((all, one) => all + one, 0);
      if (sum !== record.rows) throw new StreamError('rows are missing');
      ended = true;
    }
  }
  if (!ended) throw new StreamError('no end');
  return rows;
}

async function targetOf({ dataDir, postgres, random }: RestoreOptions): Promise<RestoreTarget> {
  const keys = new DayKeys(keyFolder(dataDir), random);
  if (postgres === undefined) {
    const { SqliteTarget } = await import('../engine/sqlite/restore-target.ts');
    return SqliteTarget.open(databasePath(dataDir), keys);
  }
  const { PostgresTarget } = await import('../engine/postgres/restore-target.ts');
  const { UpgradedTarget } = await import('./upgraded-target.ts');
  return new UpgradedTarget(await PostgresTarget.open(postgres), join(dataDir, 'earlier'), keys);
}

function writeDayKeys(dataDir: string, { days }: BackupKeys): void {
  const folder = keyFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [day, key] of days) createFile(join(folder, day), key);
}

async function headerIn(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw failed(`The backup ${path} cannot be read (${why}).`);
  }
}

const failed = (message: string): StorageError => new StorageError('unavailable', message);
