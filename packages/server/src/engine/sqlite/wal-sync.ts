/**
 * The disk's sync of the write-ahead log, on a thread of Node's pool: the event loop goes on meanwhile. SQLite writes at
 * COMMIT and leaves that sync to us; it still syncs itself around checkpoints and where the log begins anew.
 */
import { closeSync, fdatasync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

const synced = promisify(fdatasync);

export class WalSync {
  readonly #file: number;

  /** `db`: opened with `synchronous = FULL`. SQLite's locks lie on the database, so a file of ours on its log lets go of none. */
  constructor(db: DatabaseSync, path: string) {
    this.#file = openSync(`${path}-wal`, 'r+');
    db.exec('PRAGMA synchronous = NORMAL');
  }

  /** What was committed before is on the disk when this resolves. Once it rejected nothing may be taken for stored any more. */
  readonly sync = (): Promise<void> => synced(this.#file);

  /** After the last sync. */
  close(): void {
    closeSync(this.#file);
  }
}
