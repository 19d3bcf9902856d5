/** IndexedDB (W3C Indexed Database API 3.0) by promises: no more of it than the stores here ask for. */

/** What is asked for; a cursor that was moved answers once more. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Settles when all of it is written; rejects with why nothing is. */
export function written(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException('', 'AbortError'));
  });
}

export interface Opening {
  /** Makes what is missing. */
  upgrade(database: IDBDatabase): void;
  /** Another one holds it in an older version. */
  blocked?(): void;
  /** Another one wants a newer version, or none (null): this one is to be closed. */
  wanted(version: number | null, database: IDBDatabase): void;
  /** The browser took it away. */
  lost?(): void;
}

export async function openDatabase(
  name: string,
  version: number,
  { upgrade, blocked, wanted, lost }: Opening,
): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, version);
  opening.onupgradeneeded = () => upgrade(opening.result);
  opening.onblocked = () => blocked?.();
  const database = await answer(opening);
  database.onversionchange = ({ newVersion }) => wanted(newVersion, database);
  database.onclose = () => lost?.();
  return database;
}

export async function deleteDatabase(name: string, blocked?: () => void): Promise<void> {
  const deleting = indexedDB.deleteDatabase(name);
  deleting.onblocked = () => blocked?.();
  await answer(deleting);
}
