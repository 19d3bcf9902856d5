/**
 * The `Store` port: ordered tables of sealed bytes, changed in whole batches.
 * IndexedDB in browsers, `node:sqlite` in Node; `contract.ts` is what both promise.
 */

/**
 * Every table there is. The list only grows, at its end, and nothing leaves it: its length is the
 * version of the IndexedDB database, so a new table needs no more than its name here.
 */
export const TABLES = [
  'seal',
  'self',
  'group',
  'log',
  'entry',
  'timeline',
  'outbox',
  'file',
  'piece',
  'person',
  'invite',
  'setting',
  'search',
  'expiry',
] as const;

export type Table = (typeof TABLES)[number];

/** One write: `value` replaces what the key holds; `null` deletes it, which is no error if absent. */
export interface Change {
  readonly table: Table;
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** Bounds and order of a range; all of them optional. */
export interface Range {
  /** first key, inclusive */
  readonly from?: string;
  /** end, exclusive */
  readonly to?: string;
  /** at most so many, counted from the end where reading starts */
  readonly limit?: number;
  /** descending */
  readonly reverse?: boolean;
}

/** What can be read. */
export interface Reads {
  /** The bytes under a key, the caller's own, or undefined. */
  get(table: Table, key: string): Promise<Uint8Array | undefined>;
  /** Keys and bytes in order of the keys' UTF-16 code units, as JavaScript's `<` has it. */
  range(table: Table, range?: Range): Promise<[key: string, value: Uint8Array][]>;
}

/**
 * Calls take effect in the order in which they were made, awaited or not: a read sees every batch
 * handed over before it. Every rejection is a {@link StoreError}, and then nothing has changed.
 */
export interface Store extends Reads {
  /** All or nothing, in the order given, durable on return. */
  apply(changes: readonly Change[]): Promise<void>;
  /** Finishes what was begun and lets go; later calls are refused, but for another `close`. */
  close(): Promise<void>;
  /** Closes and erases everything ("wipe this device"). */
  destroy(): Promise<void>;
}

/**
 * - `full`: no room is left; free some and repeat
 * - `corrupt`: what is stored cannot be read, or not with this device's key
 * - `newer`: a newer version of the program has the data; reload
 * - `older`: an older version left data that this one does not read; erase it and begin anew
 * - `locked`: another process or tab has it; close that one
 * - `failed`: anything else, a bug of the caller's included; see `cause`
 */
export type StoreErrorCode = 'full' | 'corrupt' | 'newer' | 'older' | 'locked' | 'failed';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

/** True if no key can lie in the range, which the two databases would express differently. */
export function isEmptyRange({ from, to, limit }: Range): boolean {
  return (limit !== undefined && limit < 1) || (to !== undefined && (from ?? '') >= to);
}

/**
 * A private copy of what is to be stored. Databases would keep the whole buffer behind a view,
 * and read one that was handed to a worker as if it were empty.
 * @throws TypeError if the buffer is detached
 */
export function copyOf(value: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.prototype.slice.call(value) as Uint8Array<ArrayBuffer>;
}
