/** A thread with a connection of its own, which copies pages from the write-ahead log into the database. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** It says "ready", and after each pass that it is done. Whatever fails ends it, which is told as an error of the thread. */
const PROGRAM = `
const { DatabaseSync } = require('node:sqlite');
const { parentPort, workerData } = require('node:worker_threads');
const db = new DatabaseSync(new URL(workerData), { timeout: 0 });
db.exec('PRAGMA synchronous = NORMAL; PRAGMA checkpoint_fullfsync = ON; PRAGMA cache_size = 0');
// Opens the log, too: an error of the disk is told to whoever had the file open when it came.
db.prepare('SELECT 1 FROM sqlite_schema').get();
const pass = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
parentPort.on('message', (what) => {
  if (what === 'end') {
    db.close();
    parentPort.close();
  } else {
    pass.get();
    parentPort.postMessage('done');
  }
});
parentPort.postMessage('ready');
`;
/** ms without a pass after which it ends: at rest a server has no memory to spare for it. */
const IDLE = 10_000;

export class CheckpointThread {
  readonly #database: URL;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `database`: as `databaseUrl` has it. */
  constructor(database: URL) {
    this.#database = database;
  }

  /** Copies what had been committed when it began, after a sync of the log. Rejects where it could not. */
  async pass(): Promise<void> {
    clearTimeout(this.#idle);
    this.#worker ??= await this.#start();
    if (this.#stopped) throw new Error('stopped');
    this.#worker.postMessage('pass');
    await this.#told(this.#worker);
    this.#idle = setTimeout(() => this.#end(), IDLE).unref();
  }

  /** Not while there is a pass. Resolves when its connection is closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#end();
  }

  async #start(): Promise<Worker> {
    const worker = new Worker(PROGRAM, { eval: true, workerData: this.#database.href });
    worker.unref();
    await this.#told(worker);
    return worker;
  }

  /** Resolves when it says something. */
  async #told(worker: Worker): Promise<void> {
    const told = new AbortController();
    const { signal } = told;
    const ended = once(worker, 'exit', { signal }).then(() => {
      throw new Error('the thread of checkpoints ended');
    });
    try {
      await Promise.race([once(worker, 'message', { signal }), ended]);
    } catch (error) {
      this.#worker = undefined;
      throw error;
    } finally {
      ended.catch(() => undefined);
      told.abort();
    }
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    if (!worker) return;
    worker.postMessage('end');
    await once(worker, 'exit');
  }
}
