/**
 * Makes a backup of a server that goes on running: one moment of its database and what else is in the data
 * folder, sealed under a key of its own. Keys are not in it but in the file of backup keys.
 */
import {
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Random } from '@polynya/reach/clock';
import { type Engine, type Snapshot, StorageError } from '../engine/engine.ts';
import { syncFile } from '../kept/durable-file.ts';
import { BACKED_UP, keyFolder } from '../kept/server-state.ts';
import { type About, encodeRecord, headerOf } from './backup-file.ts';
import { NO_KEYS, readBackupKeys, writeBackupKeys } from './backup-keys.ts';
import { sealStream } from './sealed-stream.ts';

const DAY = 86_400_000;
const ID = 16;
const KEY = 32;
/** Rows after which others get a turn. */
const ROWS_AT_ONCE = 128;

export interface BackupOptions {
  readonly engine: Pick<Engine, 'snapshot'>;
  readonly dataDir: string;
  /** Days that messages are kept. */
  readonly keepDays: number;
  /** Where the backup goes; must not be there yet. */
  readonly file: string;
  /** The file of backup keys; made if it is not there. */
  readonly keysFile: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: Random;
}

export interface BackupReport {
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Of the file. */
  readonly bytes: number;
  /** Earlier backups that open to nothing from now on (count). */
  readonly forgotten: number;
  /** Days of bodies that a restore by today's keys brings back (count). */
  readonly days: number;
}

/** @throws StorageError with a sentence for the host */
export async function makeBackup(options: BackupOptions): Promise<BackupReport> {
  const { engine, dataDir, file, keysFile, now, random } = options;
  if (existsSync(file)) throw refused(`${file} is there already: give the backup another name.`);
  const known = readBackupKeys(keysFile) ?? NO_KEYS;
  const [id, key] = [random(ID), random(KEY)];
  const scratch = join(dataDir, 'backup-scratch');
  const partial = `${file}.part`;
  rmSync(scratch, { recursive: true, force: true });
  const counts: Record<string, number> = {};
  let bytes = 0;
  try {
    const snapshot = await engine.snapshot(scratch);
    try {
      const header = headerOf(id);
      const sealed = async function* () {
        yield header;
        yield* sealStream(key, header, recordsOf(snapshot, dataDir, counts));
      };
      const counted = async function* () {
        for await (const part of sealed()) {
          bytes += part.length;
          yield part;
        }
      };
      await pipeline(Readable.from(counted()), createWriteStream(partial, { mode: 0o600 }));
    } finally {
      await snapshot.close();
    }
    syncFile(partial);
    const today = dateOf(now());
    const since = dateOf(now() - options.keepDays * DAY);
    const kept = [...known.backups].filter(([, { day }]) => day >= since);
    // First, because a backup without its key is none.
    writeBackupKeys(keysFile, {
      backups: new Map([...kept, [Buffer.from(id).toString('hex'), { day: today, key }]]),
      days: dayKeysIn(dataDir),
    });
    renameSync(partial, file);
    const forgotten = known.backups.size - kept.length;
    return { rows: counts, bytes, forgotten, days: dayKeysIn(dataDir).size };
  } catch (error) {
    rmSync(partial, { force: true });
    throw told(error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function* recordsOf(
  snapshot: Snapshot,
  dataDir: string,
  counts: Record<string, number>,
): AsyncGenerator<Uint8Array> {
  const { engine, schema } = snapshot;
  yield encodeRecord({ kind: 'about', engine, schema, files: filesOf(dataDir) });
  let rows = 0;
  for (const table of snapshot.tables) {
    yield encodeRecord({ kind: 'table', ...table });
    counts[table.name] = 0;
    for await (const values of snapshot.rows(table)) {
      yield encodeRecord({ kind: 'row', values });
      counts[table.name] = (counts[table.name] ?? 0) + 1;
      if (++rows % ROWS_AT_ONCE === 0) await new Promise(setImmediate);
    }
  }
  yield encodeRecord({ kind: 'end', rows });
}

function filesOf(dataDir: string): About['files'] {
  return BACKED_UP.filter((name) => existsSync(join(dataDir, name))).map((name) => [
    name,
    new Uint8Array(readFileSync(join(dataDir, name))),
  ]);
}

/** The keys of the days that are left. */
function dayKeysIn(dataDir: string): Map<string, Uint8Array> {
  const folder = keyFolder(dataDir);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return new Map(
    names
      .filter((name) => /^\d{4}-\d\d-\d\d$/.test(name))
      .map((name): [string, Uint8Array] => [name, new Uint8Array(readFileSync(join(folder, name)))])
      // One that is being destroyed.
      .filter(([, key]) => key.length === KEY && key.some((byte) => byte !== 0)),
  );
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const refused = (message: string): StorageError => new StorageError('unavailable', message);

function told(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof StorageError || typeof code !== 'string') return error;
  const why = error instanceof Error ? error.message : code;
  return new StorageError('unavailable', `The backup could not be written (${why}).`, error);
}
