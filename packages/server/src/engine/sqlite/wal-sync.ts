/**
 * The disk's sync of the write-ahead log, on a thread of Node's pool: the event loop goes on meanwhile. SQLite writes at
 * COMMIT and leaves that sync to us; it still syncs itself around checkpoints and where the log begins anew.
 */
import { closeSync, fdatasync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

const synced = promisify(fdatasync);

/**
 * Databases whose log failed to sync: SQLite would copy it into the database as it closes, by what a failed disk now says
 * it holds. They stay open until `process.exit`, kept from who collects garbage; the next start goes by checksums.
 */
const lost: DatabaseSync[] = [];

export class WalSync {
  readonly #db: DatabaseSync;
  readonly #file: number;
  #failed = false;

  /**
   * `db`: opened with `synchronous = FULL`. SQLite's locks lie on the database, so a file of ours on its log lets go of
   * none.
   */
  constructor(db: DatabaseSync) {
    this.#db = db;
    // As SQLite has it, which names the log by where the database is and not by a link to it.
    this.#file = openSync(`${db.location()}-wal`, 'r+');
    db.exec('PRAGMA synchronous = NORMAL');
  }

  /** What was committed before is on the disk when this resolves. Once it rejected nothing may be taken for stored any more. */
  readonly sync = async (): Promise<void> => {
    try {
      await synced(this.#file);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  };

  /** Closes the database, too, after the last sync; where one failed it is left as it is for the next start. */
  close(): void {
    closeSync(this.#file);
    if (this.#failed) lost.push(this.#db);
    else this.#db.close();
  }
}
