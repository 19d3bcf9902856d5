/**
 * Group commit: what is asked for during one turn of the event loop runs in one transaction, each change
 * that may refuse halfway in a savepoint, and is answered only after COMMIT, that is after fsync, returned.
 * Reads run after the COMMIT, so nobody is shown what is not durable.
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
  /** After each fsync, before anybody is answered. */
  readonly committed: () => void;
  /** What ran since then was undone. */
  readonly abandoned: () => void;
  /** Once: from now on everything is refused. */
  readonly broken: (fault: StorageError) => void;
}

/** Turns in a row whose reads the storage failed, until it is given up. */
const FAULTY_TURNS = 8;

type Outcome = { readonly job: Job } & ({ readonly value: unknown } | { readonly error: unknown });

export class Turns {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #on: TurnEvents;
  readonly #sql;
  #changes: Job[] = [];
  #reads: Job[] = [];
  #scheduled = false;
  #failure: StorageError | undefined;
  #faultyTurns = 0;

  constructor(db: DatabaseSync, path: string, on: TurnEvents) {
    this.#db = db;
    this.#path = path;
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

  /** Runs `run` after this turn's COMMIT. */
  read<T>(run: () => T): Promise<T> {
    return this.#add(this.#reads, run, false);
  }

  /** Runs what was asked for, then refuses everything. */
  stop(): void {
    this.#flush();
    this.#failure ??= new StorageError('unavailable', 'The storage was closed.');
  }

  #add<T>(jobs: Job[], run: () => T, savepoint: boolean): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    }
    return new Promise((resolve, reject) => jobs.push({ run, savepoint, resolve, reject }));
  }

  #flush(): void {
    const changes = this.#changes;
    const reads = this.#reads;
    this.#changes = [];
    this.#reads = [];
    this.#scheduled = false;
    if (changes.length > 0) this.#transact(changes);
    this.#read(reads);
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

  #transact(jobs: readonly Job[], sparing = false): void {
    const outcomes: Outcome[] = [];
    try {
      this.#sql.begin.run();
      for (const job of jobs) outcomes.push(this.#inTransaction(job));
      this.#on.closing(sparing);
      this.#sql.commit.run();
    } catch (error) {
      this.#undo();
      this.#failed(jobs, error, sparing);
      return;
    }
    this.#on.committed();
    for (const outcome of outcomes) settle(outcome);
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
  #failed(jobs: readonly Job[], error: unknown, sparing: boolean): void {
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
      else this.#transact([job], true);
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
