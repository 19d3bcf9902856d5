/**
 * Group commit: what is asked for during one turn of the event loop, or while the disk syncs, runs in one transaction,
 * each change that may refuse halfway in a savepoint, and is answered only after the sync that follows its COMMIT.
 * Reads run after that sync and before the next transaction, so nobody is shown what is not durable.
 */
import type { DatabaseSync } from 'node:sqlite';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { StorageError } from '../engine.ts';
import { asStorageError, SQLITE, sqliteCode } from './database.ts';

interface Job {
  readonly run: () => unknown;
  readonly savepoint: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export interface TurnEvents {
  /** The last of each transaction; `sparing` where one failed before. */
  readonly closing: (sparing: boolean) => void;
  /** After each COMMIT: what follows builds on it. */
  readonly committed: () => void;
  /** What was committed is on the disk; nobody was answered yet. */
  readonly durable: () => void;
  /** What ran since then was undone. */
  readonly abandoned: () => void;
  /** Once: from now on everything is refused. */
  readonly broken: (fault: StorageError) => void;
}

/**
 * Where many ask, the next transaction waits for more of them: each writes pages of its own, whatever is in it. How many
 * changes are many, and how long after the beginning of the one before the next begins (ms).
 */
const MANY = 4;
const GATHER = 4;
/** Turns in a row whose reads the storage failed, until it is given up. */
const FAULTY_TURNS = 8;

type Outcome = { readonly job: Job } & ({ readonly value: unknown } | { readonly error: unknown });

export class Turns {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #sync: () => Promise<void>;
  readonly #on: TurnEvents;
  readonly #sql;
  #changes: Job[] = [];
  #reads: Job[] = [];
  #scheduled = false;
  /** When the next transaction may begin, by `performance.now`. */
  #next = 0;
  /** While the disk syncs what was committed last; never rejects. */
  #syncing: Promise<void> | undefined;
  #stopped = false;
  #failure: StorageError | undefined;
  #faultyTurns = 0;

  /** `sync` resolves when what was committed is on the disk. */
  constructor(db: DatabaseSync, path: string, sync: () => Promise<void>, on: TurnEvents) {
    this.#db = db;
    this.#path = path;
    this.#sync = sync;
    this.#on = on;
    this.#sql = {
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
      savepoint: db.prepare('SAVEPOINT op'),
      release: db.prepare('RELEASE op'),
      undo: db.prepare('ROLLBACK TO op'),
    };
  }

  /** Runs `run` in this turn's transaction. It may run twice, and has to refuse before it changes anything outside the database. */
  change<T>(run: () => T): Promise<T> {
    return this.#add(this.#changes, run, true);
  }

  /** `change` for what refuses before it writes anything, if it does. */
  write<T>(run: () => T): Promise<T> {
    return this.#add(this.#changes, run, false);
  }

  /** Runs `run` when this turn's changes are durable. */
  read<T>(run: () => T): Promise<T> {
    return this.#add(this.#reads, run, false);
  }

  /** Finishes what was asked for, and refuses the rest. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#syncing;
    this.#flush();
    await this.#syncing;
  }

  #add<T>(jobs: Job[], run: () => T, savepoint: boolean): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#stopped) {
      return Promise.reject(new StorageError('unavailable', 'The storage was closed.'));
    }
    const added = new Promise<T>((resolve, reject) => {
      jobs.push({ run, savepoint, resolve, reject });
    });
    this.#schedule();
    return added;
  }

  #schedule(): void {
    if (this.#scheduled || this.#syncing) return;
    this.#scheduled = true;
    const wait = this.#next - performance.now();
    const flush = (): void => {
      this.#scheduled = false;
      this.#flush();
    };
    if (wait < 1) setImmediate(flush);
    else setTimeout(flush, wait);
  }

  #flush(): void {
    const changes = this.#changes;
    const reads = this.#reads;
    this.#changes = [];
    this.#reads = [];
    const outcomes: Outcome[] = [];
    this.#next = changes.length < MANY ? 0 : performance.now() + GATHER;
    if (changes.length > 0) this.#transact(changes, outcomes);
    if (outcomes.length === 0) {
      this.#read(reads);
      return;
    }
    this.#syncing = this.#sync().then(
      () => this.#synced(outcomes, reads),
      (error: unknown) => this.#lost(outcomes, reads, error),
    );
  }

  #synced(outcomes: readonly Outcome[], reads: readonly Job[]): void {
    this.#syncing = undefined;
    // First, so that the disk works again while the answers are sealed.
    if (this.#changes.length + this.#reads.length > 0) this.#schedule();
    this.#on.durable();
    for (const outcome of outcomes) settle(outcome);
    this.#read(reads);
  }

  /** Of what the disk may or may not have, nothing is answered; asked once more it might say that all is well. */
  #lost(outcomes: readonly Outcome[], reads: readonly Job[], error: unknown): void {
    this.#syncing = undefined;
    const fault = asStorageError(error, this.#path);
    this.#break(fault);
    const waiting = [...reads, ...this.#changes.splice(0), ...this.#reads.splice(0)];
    for (const { reject } of [...outcomes.map(({ job }) => job), ...waiting]) reject(fault);
  }

  /** What cannot be read may be one bad page, so the others are still served, for a while. */
  #read(jobs: readonly Job[]): void {
    let fault: StorageError | undefined;
    for (const job of jobs) {
      const outcome = this.#failure ? { job, error: this.#failure } : attempt(job);
      if (!('error' in outcome)) settle(outcome);
      else {
        const error = faultOf(outcome.error, this.#path);
        if (error instanceof StorageError) fault = error;
        job.reject(error);
      }
    }
    this.#faultyTurns = fault ? this.#faultyTurns + 1 : 0;
    if (fault && this.#faultyTurns >= FAULTY_TURNS) this.#break(fault);
  }

  /** Adds to `outcomes` what is to be told when it is durable. */
  #transact(jobs: readonly Job[], outcomes: Outcome[], sparing = false): void {
    const committed: Outcome[] = [];
    try {
      this.#sql.begin.run();
      for (const job of jobs) committed.push(this.#inTransaction(job));
      this.#on.closing(sparing);
      this.#sql.commit.run();
    } catch (error) {
      this.#undo();
      this.#failed(jobs, outcomes, error, sparing);
      return;
    }
    this.#on.committed();
    outcomes.push(...committed);
  }

  #inTransaction(job: Job): Outcome {
    if (job.savepoint) this.#sql.savepoint.run();
    const outcome = attempt(job);
    if ('error' in outcome) {
      // Anything but a refusal is a fault of the storage or of ours: none of the turn is kept.
      if (!(outcome.error instanceof ProtocolError)) throw outcome.error;
      if (job.savepoint) this.#sql.undo.run();
    }
    if (job.savepoint) this.#sql.release.run();
    return outcome;
  }

  #undo(): void {
    this.#on.abandoned();
    if (this.#db.isTransaction) this.#sql.rollback.run();
  }

  #break(fault: StorageError): void {
    if (this.#failure) return;
    this.#failure = fault;
    this.#on.broken(fault);
  }

  /** One change that does not fit on the disk, or has a bug, does not take the others of its turn along. */
  #failed(jobs: readonly Job[], outcomes: Outcome[], error: unknown, sparing: boolean): void {
    const fault = faultOf(error, this.#path);
    if (fault instanceof StorageError) {
      this.#break(fault);
      for (const { reject } of jobs) reject(fault);
      return;
    }
    const [only] = jobs;
    if (only && jobs.length === 1 && (sparing || !(fault instanceof ProtocolError))) {
      only.reject(fault);
      return;
    }
    for (const job of jobs) {
      if (this.#failure) job.reject(this.#failure);
      else this.#transact([job], outcomes, true);
    }
  }
}

/** 'full' for a disk without space, a StorageError where the file itself can no longer be trusted. */
function faultOf(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  if (code.primary === SQLITE.full) return new ProtocolError('full', 'the disk is full');
  return asStorageError(error, path);
}

function attempt(job: Job): Outcome {
  try {
    return { job, value: job.run() };
  } catch (error) {
    return { job, error };
  }
}

function settle(outcome: Outcome): void {
  if ('error' in outcome) outcome.job.reject(outcome.error);
  else outcome.job.resolve(outcome.value as never);
}
