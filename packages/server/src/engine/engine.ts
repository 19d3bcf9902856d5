/**
 * The storage port of the delivery service: logs with compare-and-swap, inboxes,
 * blobs in pieces, allowances. What a log takes and shows is decided by `log-rules.ts`; an engine
 * loads rows, asks the rules, and makes their outcome durable, all in one transaction.
 *
 * Every promise of a method that changes something resolves after fsync. Every secret arrives as its
 * SHA-256. Every refusal is a ProtocolError that changed nothing. An engine over a network may decide
 * on a cached row and let its one statement per batch apply the outcome only where the row is still
 * the same; the rules do not care where a row came from.
 */
import type { Entry, LogState, NewEntry, Result, Turn } from '@polynya/protocol/requests';
import type { Access, LogRow } from '../delivery/log-rules.ts';
import type { Share } from '../limits/allowance-share.ts';
import type { Quotas, TableCensus } from './engine-survey.ts';

export interface NewLog {
  readonly log: Uint8Array;
  /** 0 a group's, 1 an inbox. */
  readonly kind: number;
  /** Of the capability of epoch 0, or of the inbox owner's secret. */
  readonly hash: Uint8Array;
  /** Of the allowance that pays. */
  readonly allowance: Uint8Array;
}

export interface NewBlob {
  readonly blob: Uint8Array;
  readonly hash: Uint8Array;
  readonly drop: Uint8Array;
  readonly pieces: number;
  readonly allowance: Uint8Array;
}

export interface NewInvite {
  readonly hash: Uint8Array;
  readonly uses: number;
  /** Seconds since 1970; kept rounded up to the hour, or if that is less than 12 hours away to the minute. */
  readonly until: number;
  /** Shown again to withdraw. It joins to no other record. */
  readonly tag: Uint8Array;
  /** The same for a grant that is repeated, and for no other. Joins to no other record either. */
  readonly terms: Uint8Array;
}

/** An invite of the host, and what each of its uses carries. */
export interface HostInvite extends Omit<NewInvite, 'terms'> {
  readonly each: Share;
}

/** What an allowance still has: numbers of logs, bytes of blobs, uses of invites; 0 is without end for `until`. */
export type Counters = Result<'allowance'>;

export interface Stock {
  readonly hash: Uint8Array;
  readonly packages: readonly Uint8Array[];
  readonly last: Uint8Array | null;
}

/** Bytes that one log holds unless the host says otherwise: months of a lively group. */
export const LOG_BYTES = 67_108_864;
/** What an entry counts besides its stored body, so that small ones are bounded too. In bytes. */
export const ENTRY_BYTES = 256;

/** A push subscription to a log, sealed under a capability of that log, which nobody here keeps. */
export interface StoredSubscription {
  readonly id: Uint8Array;
  /** Of the capability. */
  readonly epoch: number;
  /** The hour since 1970 when it ends. */
  readonly until: number;
  readonly sealed: Uint8Array;
}

/** Push subscriptions that one log holds at most. */
export const SUBSCRIPTIONS = 1_024;

/** What was appended to one log in one turn; `row` is the log after it. */
export interface LogChange {
  readonly log: Uint8Array;
  readonly row: LogRow;
  readonly entries: readonly Entry[];
}

/** What retention keeps. Times in hours since 1970. */
export interface Retention {
  /** Entries of an earlier hour go. */
  readonly entriesSince: number;
  readonly blobsSince: number;
  /** Blobs of more than `largeBlob` bytes go earlier. */
  readonly largeBlobsSince: number;
  readonly largeBlob: number;
  /** The oldest entries and blobs go while more than this is stored. */
  readonly maxBytes: number;
  readonly now: number;
}

/** One of several server processes that share a database. */
export interface ServerProcess {
  /** Hidden in the handles that it issues; below 65,536. */
  readonly number: number;
  /** Where its neighbours reach it: host and port. */
  readonly address: string;
  /** Ids of the record keys that it takes first flights to. */
  readonly keys: readonly Uint8Array[];
  /** Of the access record that it shows. */
  readonly serial: number;
}

/** Who else serves from this database. */
export interface ProcessTable {
  /** Says that this process is there, and answers with all that said so lately. @throws StorageError */
  beat(own: ServerProcess): Promise<ServerProcess[]>;
  /** Tells the others to look again. */
  changed(): void;
  /** @throws StorageError */
  leave(number: number): Promise<void>;
  /** Calls `listener` when another said `changed`. */
  onChange(listener: () => void): void;
}

/** A value of a row, as both engines have it. */
export type Stored = number | Uint8Array;

export interface StoredTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** All rows as they stood at one moment. */
export interface Snapshot {
  /** Which engine's rows they are, and the version of its schema. */
  readonly engine: 'sqlite' | 'postgres';
  readonly schema: number;
  readonly tables: readonly StoredTable[];
  rows(table: StoredTable): AsyncIterable<readonly Stored[]>;
  close(): Promise<void>;
}

export interface Engine {
  /** @throws exists, quota, not-found (the allowance), full */
  create(log: NewLog): Promise<void>;
  /** @throws not-found, the same for an unknown log and a wrong secret */
  open(log: Uint8Array, hash: Uint8Array): Promise<{ access: Access; state: LogState }>;
  /** The log's state for somebody who wants to watch or signal. @throws forbidden, not-found */
  live(log: Uint8Array, access: Access): Promise<LogState>;
  /**
   * `mayAppend` is false when a rate limit is reached: only a repeat is answered then.
   * @throws forbidden, stale, exists, rate, full
   */
  append(
    log: Uint8Array,
    access: Access,
    entries: readonly NewEntry[],
    mayAppend: boolean,
  ): Promise<{ seqs: number[]; repeated: boolean }>;
  /** @throws forbidden, stale, exists, rate, full */
  commit(
    log: Uint8Array,
    access: Access,
    entry: NewEntry,
    turn: Turn,
    mayTurn: boolean,
  ): Promise<{ seq: number; repeated: boolean }>;
  /** @throws forbidden, not-found */
  read(log: Uint8Array, access: Access, from: number, bytes: number): Promise<Result<'read'>>;

  /** @throws forbidden, too-big, full */
  allow(log: Uint8Array, access: Access, hash: Uint8Array, perHour: number): Promise<void>;
  revoke(log: Uint8Array, access: Access, hash: Uint8Array): Promise<void>;
  /** @throws forbidden, not-found (the token), too-big, full */
  stock(log: Uint8Array, access: Access, stock: Stock): Promise<void>;
  /** @throws forbidden, not-found, full */
  take(log: Uint8Array, access: Access, id: Uint8Array): Promise<Result<'take'>>;
  /** How many letters an hour this contact token may append. @throws forbidden, not-found */
  letters(log: Uint8Array, access: Access): Promise<number>;

  /** Replaces one of the same id. @throws forbidden, not-found, too-big, full */
  subscribe(log: Uint8Array, access: Access, subscription: StoredSubscription): Promise<void>;
  unsubscribe(log: Uint8Array, ids: readonly Uint8Array[]): Promise<void>;
  /** Those of a log that have not ended. */
  subscriptions(log: Uint8Array): Promise<StoredSubscription[]>;
  /** Puts this one in place of that of the same id, if it is still of epoch `from`. */
  reseal(log: Uint8Array, from: number, subscription: StoredSubscription): Promise<void>;

  /** False for a repeat. @throws exists, quota, not-found (the allowance), full */
  createBlob(blob: NewBlob): Promise<boolean>;
  /** @throws not-found, exists, too-big, full */
  putPiece(blob: Uint8Array, hash: Uint8Array, index: number, body: Uint8Array): Promise<void>;
  /** @throws not-found */
  getPiece(blob: Uint8Array, hash: Uint8Array, index: number): Promise<Uint8Array>;
  statBlob(blob: Uint8Array, hash: Uint8Array): Promise<Result<'stat'>>;
  dropBlob(blob: Uint8Array, drop: Uint8Array): Promise<void>;

  /** The host's own invite, paid by nobody. Replaces one of the same hash. */
  invite(invite: HostInvite): Promise<void>;
  /** Spends one use of an invite on a new allowance that has what the use carries. @throws not-found, expired, full */
  admit(invite: Uint8Array, allowance: Uint8Array): Promise<void>;
  /**
   * Gives away a part of what is left (`allowance-share.ts`). A repeat does nothing.
   * @throws not-found, malformed, quota, exists, expired (also an invite that is late at once), full
   */
  grant(allowance: Uint8Array, invite: NewInvite): Promise<void>;
  /** Takes an invite back, with what its unused uses carry. @throws not-found, also for one that is another's */
  withdraw(allowance: Uint8Array, hash: Uint8Array, tag: Uint8Array): Promise<void>;
  /** @throws not-found */
  allowance(hash: Uint8Array): Promise<Counters>;

  /** Deletes one bounded chunk of what is too old or too much; says whether there is more. */
  retain(retention: Retention): Promise<boolean>;
  /** Overwrites on disk what was deleted before, and destroys the keys of days of which nothing is left. */
  scrub(): Promise<void>;
  /** One moment of the database, for a backup. `scratch`: a folder that it may make and fill. @throws StorageError */
  snapshot(scratch: string): Promise<Snapshot>;
  /** For the host: how much of what there is, and what of each quota is left. @throws StorageError */
  census(): Promise<TableCensus[]>;
  quotas(): Promise<Quotas>;
  /** Bytes that are stored. Cheap. @throws StorageError */
  size(): Promise<number>;
  /** Calls `listener` after fsync, before the appends are answered, in the order of seqs. */
  onChange(listener: (change: LogChange) => void): void;
  /** Where several processes may serve from one database. */
  readonly processes?: ProcessTable;
  /** Resolves when the storage failed for good: nothing is answered any more, and only a new start may help. */
  readonly failed: Promise<StorageError>;
  /** Finishes what was asked for and lets go of the storage. */
  close(): Promise<void>;
}

/** Why an engine does not start, or stopped. */
export type StorageFault = 'in-use' | 'corrupt' | 'newer' | 'unavailable';

/** For whoever runs the server; `message` is one whole sentence. Never crosses the wire. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly fault: StorageFault;

  constructor(fault: StorageFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}
