/**
 * The device key in a browser: a non-extractable CryptoKey in an IndexedDB database of its own, which the page can
 * use and never read (Web Cryptography API, section 13: structured clone); under a lock (lock.ts), wrapped.
 */
import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { DEVICE_KEY_ALGORITHM, DEVICE_KEY_USAGES, type DeviceKey } from './device-key.ts';
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
      const key: unknown = await db.get(TABLE, KEY);
      if (key === undefined) return undefined;
      if (key instanceof CryptoKey) return key;
      throw new StoreError('corrupt', 'what is kept as the device key is not a key');
    });
  const lock = () => withDatabase(name, (db) => db.get(TABLE, LOCK_KEY));
  const change = (changes: readonly (readonly [key: string, value: CryptoKey | Lock | null])[]) =>
    withDatabase(name, async (db) => {
      const transaction = db.transaction(TABLE, 'readwrite', { durability: 'strict' });
      for (const [key, value] of changes) {
        if (value === null) await transaction.store.delete(key);
        else await transaction.store.put(value, key);
      }
      await transaction.done;
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
      await withDatabase(name, async (db) => {
        const transaction = db.transaction(TABLE, 'readwrite', { durability: 'strict' });
        // add() refuses to replace, and of two tabs one wins.
        const outcomes = await Promise.allSettled([
          transaction.done,
          transaction.store.add(key, KEY),
        ]);
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      });
      return key;
    },
    async destroy() {
      await deleteDB(name).catch((cause) => Promise.reject(failed(cause)));
    },
  };
}

async function withDatabase<T>(name: string, use: (db: IDBPDatabase) => Promise<T>): Promise<T> {
  try {
    const db = await openDB(name, 1, {
      upgrade: (database) => void database.createObjectStore(TABLE),
      blocking: (_current, _next, event) => (event.target as IDBDatabase).close(),
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
