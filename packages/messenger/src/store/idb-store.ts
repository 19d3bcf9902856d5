/**
 * The Store over IndexedDB (W3C Indexed Database API 3.0), one object store per table.
 * Several tabs may have it open; that only one of them writes is Web Locks' business, not ours.
 */
import { answer, deleteDatabase, openDatabase, written } from './idb.ts';
import {
  type Change,
  copyOf,
  isEmptyRange,
  type Range,
  type Store,
  StoreError,
  type StoreErrorCode,
  TABLES,
  type Table,
} from './store.ts';

export interface IdbStoreOptions {
  /**
   * Told once if the store is taken away while open: `newer` when another tab upgrades it,
   * `failed` when it was wiped or the browser dropped it. Every later call is refused with the same.
   */
  readonly onLost?: (reason: StoreError) => void;
  /** Milliseconds that other tabs get to let go of the database before it counts as `locked`. */
  readonly patience?: number;
}

const PATIENCE = 3000;

/**
 * Opens the database of that name, making it or adding the tables it lacks.
 * @throws StoreError `newer` (made by a newer version), `locked` (an old tab will not let go),
 * `full`, `failed`
 */
export async function openIdbStore(name: string, options: IdbStoreOptions = {}): Promise<Store> {
  const lost: { reason?: StoreError } = {};
  const lose = (code: StoreErrorCode, message: string) => {
    if (lost.reason) return;
    lost.reason = new StoreError(code, message);
    options.onLost?.(lost.reason);
  };

  const patience = options.patience ?? PATIENCE;
  const db = await unlessBlocked(
    patience,
    (blocked) =>
      openDatabase(name, TABLES.length, {
        upgrade(database) {
          for (const table of TABLES) {
            if (!database.objectStoreNames.contains(table)) database.createObjectStore(table);
          }
        },
        blocked,
        wanted(next, database) {
          database.close();
          if (next === null) lose('failed', 'this store was wiped');
          else lose('newer', 'a newer version has taken over this store: reload');
        },
        lost: () => lose('failed', 'the browser has closed this store'),
      }),
    (late) => late.close(),
  );
  return new IdbStore(db, lost, patience);
}

class IdbStore implements Store {
  readonly #db: IDBDatabase;
  readonly #lost: { readonly reason?: StoreError };
  readonly #patience: number;

  constructor(db: IDBDatabase, lost: { readonly reason?: StoreError }, patience: number) {
    this.#db = db;
    this.#lost = lost;
    this.#patience = patience;
  }

  get(table: Table, key: string): Promise<Uint8Array | undefined> {
    return this.#guard(() => answer(this.#table(table).get(key)));
  }

  range(table: Table, range: Range = {}): Promise<[string, Uint8Array][]> {
    return this.#guard(async () => {
      if (isEmptyRange(range)) return [];
      const store = this.#table(table);
      let { from } = range;
      const { to, limit, reverse = false } = range;
      if (reverse && limit === 1) {
        const last = await answer(store.openCursor(keyRange(from, to), 'prev'));
        return last ? [[String(last.key), last.value]] : [];
      }
      if (reverse && limit !== undefined) {
        // getAll cannot go backwards: find the lowest key wanted, then read upwards from it.
        const asked = store.openKeyCursor(keyRange(from, to), 'prev');
        let cursor = await answer(asked);
        cursor?.advance(limit - 1);
        if (cursor) cursor = await answer(asked);
        from = cursor ? String(cursor.key) : from;
      }
      const wanted = keyRange(from, to);
      const count = reverse ? undefined : limit;
      const [keys, values] = await Promise.all([
        answer(store.getAllKeys(wanted, count)),
        answer(store.getAll(wanted, count)),
      ]);
      const found = keys.map((key, i): [string, Uint8Array] => [String(key), values[i]]);
      return reverse ? found.reverse() : found;
    });
  }

  apply(changes: readonly Change[]): Promise<void> {
    return this.#guard(async () => {
      if (changes.length === 0) return;
      const tables = [...new Set(changes.map((change) => change.table))];
      const transaction = this.#db.transaction(tables, 'readwrite', { durability: 'strict' });
      const outcomes: Promise<unknown>[] = [written(transaction)];
      try {
        for (const { table, key, value } of changes) {
          const store = transaction.objectStore(table);
          const request = value === null ? store.delete(key) : store.put(copyOf(value), key);
          outcomes.push(answer(request as IDBRequest<unknown>));
        }
      } catch (cause) {
        transaction.abort();
        await Promise.allSettled(outcomes);
        throw cause;
      }
      // The transaction knows why it was aborted; its requests only know that it was.
      const [outcome] = await Promise.allSettled(outcomes);
      if (outcome?.status === 'rejected') throw outcome.reason;
    });
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  async destroy(): Promise<void> {
    await this.close();
    await unlessBlocked(this.#patience, (blocked) => deleteDatabase(this.#db.name, blocked));
  }

  #table(table: Table): IDBObjectStore {
    return this.#db.transaction(table).objectStore(table);
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw this.#lost.reason ?? asStoreError(cause);
    }
  }
}

/**
 * Gives up as `locked` when `begin` stays blocked. Not at once: browsers call a request blocked
 * by connections that are closed already and only not yet gone. What comes too late is let go.
 */
function unlessBlocked<T>(
  patience: number,
  begin: (blocked: () => void) => Promise<T>,
  letGo?: (late: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gaveUp = false;
    const giveUp = () => {
      gaveUp = true;
      reject(new StoreError('locked', 'an older tab still has this store open: close it'));
    };
    begin(() => {
      timer = setTimeout(giveUp, patience);
    }).then(
      (result) => {
        clearTimeout(timer);
        if (gaveUp) letGo?.(result);
        else resolve(result);
      },
      (cause) => {
        clearTimeout(timer);
        reject(asStoreError(cause));
      },
    );
  });
}

function keyRange(from: string | undefined, to: string | undefined): IDBKeyRange | undefined {
  if (from !== undefined && to !== undefined) return IDBKeyRange.bound(from, to, false, true);
  if (from !== undefined) return IDBKeyRange.lowerBound(from);
  return to === undefined ? undefined : IDBKeyRange.upperBound(to, true);
}

const CODES: ReadonlyMap<string, StoreErrorCode> = new Map([
  ['QuotaExceededError', 'full'],
  ['VersionError', 'newer'],
  ['NotReadableError', 'corrupt'],
]);

const MESSAGES: Readonly<Record<StoreErrorCode, string>> = {
  full: 'the browser has no room left for this site',
  newer: 'a newer version has made this store: reload',
  older: 'an early version has made this store',
  corrupt: 'the browser has lost a part of this store',
  locked: 'another tab has this store',
  failed: 'IndexedDB has failed',
};

function asStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const code = (cause instanceof Error && CODES.get(cause.name)) || 'failed';
  return new StoreError(code, MESSAGES[code], cause);
}
