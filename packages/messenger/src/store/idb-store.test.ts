/** The Store contract on IndexedDB as Node knows it; `e2e/store.test.ts` repeats it in Chromium. */
import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { describe, expect, it } from 'vitest';
import { put, refused, STORE_CONTRACT } from './contract.ts';
import { openIdbStore } from './idb-store.ts';
import { type StoreError, TABLES } from './store.ts';

let made = 0;
const newName = () => `store-${made++}`;

describe('IdbStore keeps the Store contract', () => {
  for (const { name, run } of STORE_CONTRACT) {
    it(name, () => {
      const database = newName();
      return run(() => openIdbStore(database));
    });
  }
});

describe('IdbStore', () => {
  it('gives a database of an older version the tables it lacks and keeps the others', async () => {
    const name = newName();
    const old = await openDB(name, 1, { upgrade: (db) => void db.createObjectStore('log') });
    await old.put('log', new Uint8Array([7]), 'a');
    old.close();
    const store = await openIdbStore(name);
    expect(await store.get('log', 'a')).toEqual(new Uint8Array([7]));
    for (const table of TABLES) await store.apply([put(table, 'b', 'value')]);
    await store.destroy();
  });

  it('refuses a database of a newer version as `newer`', async () => {
    const name = newName();
    (await openDB(name, TABLES.length + 1)).close();
    expect((await refused(openIdbStore(name))).code).toBe('newer');
  });

  it('makes way for a newer version, tells its owner once and refuses from then on', async () => {
    const name = newName();
    const reasons: StoreError[] = [];
    const store = await openIdbStore(name, { onLost: (reason) => reasons.push(reason) });
    (await openDB(name, TABLES.length + 1)).close();
    expect(reasons.map(({ code }) => code)).toEqual(['newer']);
    expect((await refused(store.apply([put('log', 'a', 'late')]))).code).toBe('newer');
  });

  it('tells its owner when another tab wipes it', async () => {
    const name = newName();
    const reasons: StoreError[] = [];
    const store = await openIdbStore(name, { onLost: (reason) => reasons.push(reason) });
    await (await openIdbStore(name)).destroy();
    expect(reasons.map(({ code }) => code)).toEqual(['failed']);
    expect((await refused(store.get('log', 'a'))).code).toBe('failed');
  });

  it('is `locked` while an old tab does not let go, and opens once it does', async () => {
    const name = newName();
    const stubborn = await openDB(name, 1);
    expect((await refused(openIdbStore(name, { patience: 50 }))).code).toBe('locked');
    stubborn.close();
    await (await openIdbStore(name)).destroy();
  });

  it('waits for an old tab that lets go a little later', async () => {
    const name = newName();
    const slow = await openDB(name, 1);
    const opened = openIdbStore(name);
    setTimeout(() => slow.close(), 50);
    await (await opened).destroy();
  });
});
