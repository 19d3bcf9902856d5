/** Which engine keeps what a server stores: PostgreSQL where its host gives a database, else SQLite in the data folder. */
import type { Random } from '@polynya/reach/clock';
import { databasePath, keyFolder } from '../kept/server-state.ts';
import { wasMoved } from '../migrate/move.ts';
import { type Engine, StorageError } from './engine.ts';
import type { Synchronous } from './sqlite/database.ts';
import { SqliteEngine } from './sqlite/sqlite-engine.ts';

export interface EngineOptions {
  readonly dataDir: string;
  /** The URL of a PostgreSQL database. */
  readonly postgres?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: Random;
  /** That a log keeps at most. */
  readonly logBytes: number;
  /** Only for tests. */
  readonly synchronous?: Synchronous | undefined;
}

/** @throws StorageError */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { dataDir, postgres, now, random, logBytes, synchronous = 'FULL' } = options;
  if (postgres === undefined) {
    if (wasMoved(dataDir)) {
      const why = `What was in ${dataDir} is in PostgreSQL now: start the server with --postgres URL.`;
      throw new StorageError('in-use', why);
    }
    return new SqliteEngine({ path: databasePath(dataDir), now, random, logBytes, synchronous });
  }
  // Only then, for it takes as long to load as all the rest.
  const { PostgresEngine } = await import('./postgres/postgres-engine.ts');
  const keys = keyFolder(dataDir);
  return PostgresEngine.open({ url: postgres, keyFolder: keys, now, random, logBytes });
}
