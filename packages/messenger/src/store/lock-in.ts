/** Whether a browser's store is locked: asked before anything of the engine is loaded. */
import type { Lock } from './lock.ts';

export const KEY_TABLE = 'key';
export const LOCK_KEY = 'lock';

/** The lock kept in the database `name`; null where there is none, or nothing can be kept. */
export function lockIn(name: string): Promise<Lock | null> {
  return new Promise<Lock | null>((resolve) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(KEY_TABLE);
    opening.onerror = () => resolve(null);
    opening.onsuccess = () => {
      const db = opening.result;
      const asked = db.transaction(KEY_TABLE).objectStore(KEY_TABLE).get(LOCK_KEY);
      asked.onerror = () => resolve(null);
      asked.onsuccess = () => resolve(asked.result ?? null);
      db.close();
    };
  }).catch(() => null);
}
