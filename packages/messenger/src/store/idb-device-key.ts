/**
 * The device key in a browser: a non-extractable CryptoKey in an IndexedDB database of its own, which the page can
 * use and never read (Web Cryptography API, section 13: structured clone); under a lock (lock.ts), wrapped.
 */
import { DEVICE_KEY_ALGORITHM, DEVICE_KEY_USAGES, type DeviceKey } from './device-key.ts';
import { answer, deleteDatabase, openDatabase, written } from './idb.ts';
import type { Lock, Unlocked } from './lock.ts';
import { KEY_TABLE, LOCK_KEY } from './lock-in.ts';
import { StoreError } from './store.ts';

const TABLE = KEY_TABLE;
const KEY = 'device';

export interface IdbDeviceKey extends DeviceKey {
  former(): Promise<CryptoKey | undefined>;
  lock(): Promise<Lock | undefined>;
  /** The key is to be unlocked from now on. What was kept in clear stays until `forgetFormer`. */
  setLock(lock: Lock): Promise<void>;
  /** Everything is sealed under the key that is locked. */
  forgetFormer(): Promise<void>;
  /** The key is kept in clear from now on, as before there was a lock. */
  dropLock(key: CryptoKey): Promise<void>;
}

/**
 * The key kept in the database `name`, which is not the store's; opened only while in use.
 * @param unlocked the key itself, where it is locked; under another lock than the one that is there it is not taken
 */
export function idbDeviceKey(name: string, unlocked?: Unlocked): IdbDeviceKey {
  const inClear = () =>
    withDatabase(name, async (db) => {
      const key: unknown = await read(db, KEY);
      if (key === undefined) return undefined;
      if (key instanceof CryptoKey) return key;
      throw new StoreError('corrupt', 'what is kept as the device key is not a key');
    });
  const lock = () => withDatabase(name, (db) => read(db, LOCK_KEY));
  const change = (changes: readonly (readonly [key: string, value: CryptoKey | Lock | null])[]) =>
    write(name, (table) => {
      for (const [key, value] of changes) {
        if (value === null) table.delete(key);
        else table.put(value, key);
      }
    });

  return {
    async load() {
      const held = await lock();
      if (!held) return inClear();
      // Another tab may have changed the lock since.
      if (String(held.wrapped) !== String(unlocked?.lock.wrapped))
        throw new StoreError('locked', 'the device key is locked');
      return unlocked?.key;
    },
    former: async () => ((await lock()) ? inClear() : undefined),
    lock,
    setLock: (next) => change([[LOCK_KEY, next]]),
    forgetFormer: () => change([[KEY, null]]),
    dropLock: (key) =>
      change([
        [KEY, key],
        [LOCK_KEY, null],
      ]),
    async create() {
      const key = await crypto.subtle.generateKey(DEVICE_KEY_ALGORITHM, false, [
        ...DEVICE_KEY_USAGES,
      ]);
      // add() refuses to replace, and of two tabs one wins.
      await write(name, (table) => void table.add(key, KEY));
      return key;
    },
    async destroy() {
      await deleteDatabase(name).catch((cause) => Promise.reject(failed(cause)));
    },
  };
}

const read = (db: IDBDatabase, key: string) =>
  answer(db.transaction(TABLE).objectStore(TABLE).get(key));

/** All that `put` asks for, or nothing. */
function write(name: string, put: (table: IDBObjectStore) => void): Promise<void> {
  return withDatabase(name, (db) => {
    const transaction = db.transaction(TABLE, 'readwrite', { durability: 'strict' });
    put(transaction.objectStore(TABLE));
    return written(transaction);
  });
}

async function withDatabase<T>(name: string, use: (db: IDBDatabase) => Promise<T>): Promise<T> {
  try {
    const db = await openDatabase(name, 1, {
      upgrade: (database) => void database.createObjectStore(TABLE),
      wanted: (_version, database) => database.close(),
    });
    try {
      return await use(db);
    } finally {
      db.close();
    }
  } catch (cause) {
    throw cause instanceof StoreError ? cause : failed(cause);
  }
}

function failed(cause: unknown): StoreError {
  const full = cause instanceof Error && cause.name === 'QuotaExceededError';
  return full
    ? new StoreError('full', 'the browser has no room left for the device key', cause)
    : new StoreError('failed', 'the browser did not keep the device key', cause);
}
