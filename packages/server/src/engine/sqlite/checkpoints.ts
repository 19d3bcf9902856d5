/**
 * Moves the write-ahead log into the database. Another thread copies nearly all of it while transactions go on, and the
 * disk's sync of that is in Node's pool; what came meanwhile is little, and is moved here between two transactions,
 * which lets the log begin anew. Where the thread cannot, all of it is moved here.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CheckpointThread } from './checkpoint-thread.ts';
import { databaseUrl, SQLITE, sqliteCode } from './database.ts';
import type { WalSync } from './wal-sync.ts';

/** Pages in the log from which on it is moved; those that may be moved here; and those after which all wait for it. */
const PAGES = { begin: 4_096, rest: 256, most: 12_288 } as const;

type Pages = Readonly<Record<keyof typeof PAGES, number>>;
type Thread = Pick<CheckpointThread, 'pass' | 'stop'>;

export class Checkpoints {
  readonly #disk: WalSync;
  readonly #pages: Pages;
  readonly #thread: Thread;
  readonly #look: StatementSync;
  readonly #passive: StatementSync;
  readonly #truncate: StatementSync;
  /** What holds the file still, or moves the log, one after another. */
  #last: Promise<unknown> = Promise.resolve();
  #busy = 0;
  /** While pages are copied elsewhere. */
  #passing: Promise<void> | undefined;
  /** The thread failed, and nothing was moved here since. */
  #here = false;

  /** `db` is that of `disk`. */
  constructor(db: DatabaseSync, disk: WalSync, pages: Pages = PAGES, thread?: Thread) {
    this.#disk = disk;
    this.#pages = pages;
    this.#thread = thread ?? new CheckpointThread(databaseUrl(db.location() ?? ''));
    db.exec('PRAGMA wal_autocheckpoint = 0');
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#truncate = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** To be called after each sync of the log, and waited for before the next transaction. Rejects where the disk failed. */
  async turn(): Promise<void> {
    const { log, left } = this.#standing();
    const { begin, rest, most } = this.#pages;
    if (log < begin) return;
    if (this.#busy === 0) {
      if (left <= rest || this.#here) this.#moveRest();
      else void this.alone(() => this.#pass());
    }
    if (log < most || !this.#passing) return;
    await this.#passing;
    await this.turn();
  }

  /** Runs `run` while nothing else moves the log. */
  async alone<T>(run: () => Promise<T>): Promise<T> {
    this.#busy++;
    const running = this.#last.then(run);
    this.#last = running.catch(() => undefined);
    return running.finally(() => {
      this.#busy--;
    });
  }

  /** Leaves little for `truncate` where there would be much. Only `alone`. */
  async copy(): Promise<void> {
    if (this.#standing().left > this.#pages.rest) await this.#pass();
  }

  /** Moves the log and leaves nothing of it. Only `alone`, between two transactions. @throws SQLite's error */
  truncate(): void {
    this.#move(this.#truncate);
  }

  /** From here on the log only grows. */
  async stop(): Promise<void> {
    await this.alone(() => this.#thread.stop());
    this.#busy++;
  }

  #standing(): { log: number; left: number } {
    const { log, checkpointed } = this.#look.get() as { log: number; checkpointed: number };
    return { log, left: log - checkpointed };
  }

  #pass(): Promise<void> {
    this.#passing = this.#copyThere().finally(() => {
      this.#passing = undefined;
    });
    return this.#passing;
  }

  /** What goes wrong shows itself where the rest is moved, or at the next sync. */
  async #copyThere(): Promise<void> {
    try {
      await this.#thread.pass();
    } catch {
      this.#here = true;
      return;
    }
    await this.#disk.syncDatabase().catch(() => undefined);
  }

  #moveRest(): void {
    try {
      this.#move(this.#passive);
      this.#here = false;
    } catch (error) {
      // It stays in the log until there is room.
      if (sqliteCode(error)?.primary !== SQLITE.full) throw error;
    }
  }

  #move(how: StatementSync): void {
    try {
      how.get();
    } catch (error) {
      // A second try might find no fault where there was one, and the log begin anew.
      if (sqliteCode(error)?.primary !== SQLITE.full) this.#disk.fail(error);
      throw error;
    }
  }
}
