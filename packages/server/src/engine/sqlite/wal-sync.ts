/**
 * The disk's sync of the write-ahead log, on a thread of Node's pool: the event loop goes on meanwhile. SQLite writes at
 * COMMIT and leaves that sync to us; it still syncs itself around checkpoints and where the log begins anew. Of what a
 * checkpoint copies we sync most before, so that little is left for it.
 */
import { closeSync, fdatasync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import type { Synchronous } from './database.ts';

const synced = promisify(fdatasync);

/**
 * Databases whose log failed to sync: SQLite would copy it into the database as it closes, by what a failed disk now says
 * it holds. They stay open until `process.exit`, kept from who collects garbage; the next start goes by checksums.
 */
const lost: DatabaseSync[] = [];

export class WalSync {
  readonly #db: DatabaseSync;
  readonly #log: number;
  readonly #database: number;
  readonly #syncs: boolean;
  #failure: unknown;

  /**
   * `db`: as it was opened with `synchronous`. SQLite's locks lie on the database, so a file of ours on its log lets go of
   * none; one on the database does as it is closed, which is after SQLite's.
   */
  constructor(db: DatabaseSync, synchronous: Synchronous = 'FULL') {
    this.#db = db;
    this.#syncs = synchronous === 'FULL';
    const path = db.location() ?? '';
    // As SQLite has it, which names the log by where the database is and not by a link to it.
    this.#log = openSync(`${path}-wal`, 'r+');
    this.#database = openSync(path, 'r+');
    if (this.#syncs) db.exec('PRAGMA synchronous = NORMAL');
  }

  /** What was committed before is on the disk when this resolves. Once it rejected nothing may be taken for stored any more. */
  readonly sync = (): Promise<void> => this.#sync(this.#log);

  /** What of the log was copied into the database. Where it failed, `sync` does. */
  syncDatabase(): Promise<void> {
    return this.#sync(this.#database);
  }

  /** The disk failed elsewhere. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  /** Closes the database, too, after the last sync; where one failed it is left as it is for the next start. */
  close(): void {
    closeSync(this.#log);
    if (this.#failure !== undefined) {
      lost.push(this.#db);
      return;
    }
    this.#db.close();
    closeSync(this.#database);
  }

  async #sync(file: number): Promise<void> {
    try {
      if (this.#syncs) await synced(file);
    } catch (error) {
      this.fail(error);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}
