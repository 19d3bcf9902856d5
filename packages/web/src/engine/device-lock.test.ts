/** The lock of a browser's store, over IndexedDB as Node knows it: whatever happens in the middle, all of it opens. */
import 'fake-indexeddb/auto';
import { idbDeviceKey } from '@polynya/messenger/store/idb-device-key';
import { openIdbStore } from '@polynya/messenger/store/idb-store';
import { type Lock, unlocked } from '@polynya/messenger/store/lock';
import { lockIn } from '@polynya/messenger/store/lock-in';
import { openSealedStore } from '@polynya/messenger/store/sealed-store';
import type { Change, Store } from '@polynya/messenger/store/store';
import { openDB } from 'idb';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceLock } from './device-lock.ts';

const VALUES = 150;
const WAY = { by: 'passkey', id: new Uint8Array(16), salt: new Uint8Array(32) } as const;
const SECRET = new Uint8Array(32).fill(7);

let made = 0;
let name: string;
beforeEach(() => {
  name = `store-${made++}`;
});

/** As at a start of the page. @param left batches that the disk takes before it is full */
async function open(left = Number.POSITIVE_INFINITY, given?: { key: CryptoKey; lock: Lock }) {
  const lock = await lockIn(`${name}-key`);
  const key = lock && (await unlocked(lock, SECRET));
  const deviceKey = idbDeviceKey(`${name}-key`, given ?? (lock && key ? { lock, key } : undefined));
  const disk = await openIdbStore(name);
  const room = { left, taken: () => undefined as unknown };
  const inner: Store = {
    get: (table, key) => disk.get(table, key),
    range: (table, range) => disk.range(table, range),
    async apply(changes) {
      if (room.left-- <= 0) throw new Error('the disk is full');
      await disk.apply(changes);
      room.taken();
    },
    close: () => disk.close(),
    destroy: () => disk.destroy(),
  };
  const store = await openSealedStore(inner, deviceKey);
  return { store, room, deviceKey, lock: deviceLock(store, deviceKey) };
}

async function fill() {
  const opened = await open();
  const values = Array.from({ length: VALUES }, (_, i): Change => {
    return { table: 'timeline', key: `${i}`.padStart(4, '0'), value: Uint8Array.of(i) };
  });
  await opened.store.apply(values);
  return opened;
}

/** All that there was, under one key alone. */
async function whole(): Promise<{ by: string | null; inClear: boolean }> {
  const first = await open();
  await first.lock.finish();
  await first.store.close();
  const { store, lock, deviceKey } = await open();
  expect(store.sealing).toBe(false);
  expect((await store.range('timeline')).map(([, value]) => value[0])).toEqual(
    Array.from({ length: VALUES }, (_, i) => i),
  );
  await store.close();
  const db = await openDB(`${name}-key`);
  const inClear = (await db.getAllKeys('key')).includes('device');
  db.close();
  expect(await deviceKey.former()).toBeUndefined();
  return { by: await lock.lockedBy(), inClear };
}

describe('the lock', () => {
  it('leaves no key in clear, and one when it is taken off', async () => {
    const { store, lock } = await fill();
    await lock.lock(WAY, SECRET);
    await store.close();
    expect(await whole()).toEqual({ by: 'passkey', inClear: false });
    const again = await open();
    await again.lock.unlock();
    await again.store.close();
    expect(await whole()).toEqual({ by: null, inClear: true });
  });

  it('is finished at the next start, wherever setting it was stopped', async () => {
    for (let stopped = 0; stopped < 4; stopped++) {
      name = `stopped-${stopped}`;
      const { store, room, lock } = await fill();
      room.left = stopped;
      await expect(lock.lock(WAY, SECRET)).rejects.toThrow();
      await store.close();
      expect(await whole()).toEqual({ by: 'passkey', inClear: false });
    }
  });

  it('is not taken off before everything is sealed under its key', async () => {
    const { store, room, lock } = await fill();
    let off: Promise<void> | undefined;
    room.taken = () => {
      off ??= lock.unlock();
    };
    await lock.lock(WAY, SECRET);
    await off;
    await store.close();
    expect(await whole()).toEqual({ by: null, inClear: true });
  });

  it('is not taken off, and loses nothing, where the disk is full in the middle', async () => {
    const { store, room, lock } = await fill();
    room.left = 1;
    await expect(lock.lock(WAY, SECRET)).rejects.toThrow();
    await expect(lock.unlock()).rejects.toThrow();
    await store.close();
    expect(await whole()).toEqual({ by: 'passkey', inClear: false });
  });

  it('is not set over another: the key that everything is under would be lost in the middle', async () => {
    const { store, room, lock } = await fill();
    room.left = 1;
    await expect(lock.lock(WAY, SECRET)).rejects.toThrow();
    room.left = Number.POSITIVE_INFINITY;
    await expect(lock.lock(WAY, SECRET)).rejects.toThrow();
    await store.close();
    expect(await whole()).toEqual({ by: 'passkey', inClear: false });
  });

  it('does not open for a tab that unlocked the one before', async () => {
    const { store, lock } = await fill();
    await lock.lock(WAY, SECRET);
    const before = await lockIn(`${name}-key`);
    const key = before && (await unlocked(before, SECRET));
    if (!before || !key) throw new Error('no lock was set');
    await lock.unlock();
    await lock.lock(WAY, SECRET);
    await store.close();
    await expect(open(0, { key, lock: before })).rejects.toMatchObject({ code: 'locked' });
    expect(await whole()).toEqual({ by: 'passkey', inClear: false });
  });
});
