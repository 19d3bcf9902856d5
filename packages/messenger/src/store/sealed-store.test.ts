/** The Store contract through the seal, and what the seal hides and notices. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bytes, put, refused, STORE_CONTRACT } from './contract.ts';
import { fileDeviceKey } from './file-device-key.ts';
import { openSealedStore } from './sealed-store.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'polynya-sealed-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

async function openAt(home: string) {
  const deviceKey = fileDeviceKey(join(home, 'device.key'));
  const inner = await openSqliteStore(join(home, 'store.db'));
  const store = await openSealedStore(inner, deviceKey);
  return { home, deviceKey, inner, store };
}

const newHome = () => join(folder, `${made++}`);
const openNew = () => openAt(newHome());

/** Takes the bytes under one key and puts them under another, as a thief of the disk could. */
async function move(inner: Store, from: string, to: string): Promise<void> {
  const value = (await inner.get('log', from)) ?? null;
  await inner.apply([{ table: 'log', key: to, value }]);
}

describe('SealedStore keeps the Store contract', () => {
  for (const { name, run } of STORE_CONTRACT) {
    it(name, () => {
      const home = newHome();
      return run(async () => (await openAt(home)).store);
    });
  }
});

describe('SealedStore', () => {
  it('lets nothing of a value reach the disk', async () => {
    const { home, store } = await openNew();
    await store.apply([put('log', 'a', 'meet me at the open water')]);
    await store.close();
    const disk = readFileSync(join(home, 'store.db'));
    expect(disk.includes('log')).toBe(true);
    expect(disk.includes('open water')).toBe(false);
  });

  it('seals the same value differently each time, 28 bytes longer', async () => {
    const { inner, store } = await openNew();
    await store.apply([put('log', 'a', 'same')]);
    const first = await inner.get('log', 'a');
    await store.apply([put('log', 'a', 'same')]);
    const second = await inner.get('log', 'a');
    expect(first).toHaveLength(4 + 12 + 16);
    expect(first).not.toEqual(second);
    await store.close();
  });

  it('notices as `corrupt` a value moved to another key or table, changed, or cut', async () => {
    const { inner, store } = await openNew();
    await store.apply([put('log', 'a', 'value')]);
    const sealed = (await inner.get('log', 'a')) ?? new Uint8Array();
    await move(inner, 'a', 'b');
    await inner.apply([
      { table: 'entry', key: 'a', value: sealed },
      { table: 'piece', key: 'cut', value: sealed.subarray(0, 11) },
    ]);
    expect((await refused(store.get('log', 'b'))).code).toBe('corrupt');
    expect((await refused(store.get('entry', 'a'))).code).toBe('corrupt');
    expect((await refused(store.range('piece'))).code).toBe('corrupt');
    expect(await store.get('log', 'a')).toEqual(bytes('value'));
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.slice();
      changed[i] = (changed[i] ?? 0) ^ 1;
      await inner.apply([{ table: 'log', key: 'a', value: changed }]);
      expect((await refused(store.get('log', 'a'))).code).toBe('corrupt');
    }
    await store.close();
  });

  it('will not open with another key, or make a new one when its key is gone', async () => {
    const { home, deviceKey, inner, store } = await openNew();
    await store.apply([put('log', 'a', 'value')]);
    const other = fileDeviceKey(join(home, 'other.key'));
    await other.create();
    expect((await refused(openSealedStore(inner, other))).code).toBe('corrupt');
    await deviceKey.destroy();
    expect((await refused(openSealedStore(inner, deviceKey))).code).toBe('corrupt');
    expect(await deviceKey.load()).toBeUndefined();
    await store.close();
  });

  it('forgets the key when destroyed', async () => {
    const { deviceKey, store } = await openNew();
    await store.destroy();
    expect(await deviceKey.load()).toBeUndefined();
  });
});

describe('fileDeviceKey', () => {
  it('keeps 32 bytes in a file of mode 0600 and gives a key that cannot be exported', async () => {
    const path = join(folder, 'keys', 'device.key');
    const deviceKey = fileDeviceKey(path);
    expect(await deviceKey.load()).toBeUndefined();
    const key = await deviceKey.create();
    expect(key.extractable).toBe(false);
    expect(statSync(path).size).toBe(32);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await refused(deviceKey.create())).code).toBe('failed');
  });

  it('says `corrupt` of a file that holds no key', async () => {
    const path = join(folder, 'short.key');
    writeFileSync(path, 'too short');
    expect((await refused(fileDeviceKey(path).load())).code).toBe('corrupt');
  });
});

describe('SealedStore under another key', () => {
  it('seals everything anew, while it is read and written; the key that was opens nothing after', async () => {
    const { inner, deviceKey, store } = await openNew();
    const many = Array.from({ length: 200 }, (_, i) => put('log', `k${i}`, `value ${i}`));
    await store.apply(many);
    const next = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
    const anew = store.sealAnew(next);
    const written = store.apply([put('log', 'k7', 'changed meanwhile')]);
    expect(await store.get('log', 'k150')).toEqual(bytes('value 150'));
    await Promise.all([anew, written]);
    expect(store.sealing).toBe(false);
    expect(await store.get('log', 'k7')).toEqual(bytes('changed meanwhile'));
    expect((await store.range('log')).length).toBe(200);
    expect((await refused(openSealedStore(inner, deviceKey))).code).toBe('corrupt');
    await store.close();
  });

  it('is not held up by a value that is damaged, and leaves it as it is', async () => {
    const { inner, store } = await openNew();
    await store.apply([put('log', 'a', 'one'), put('log', 'b', 'two'), put('log', 'c', 'three')]);
    const damaged = new Uint8Array(40);
    await inner.apply([{ table: 'log', key: 'b', value: damaged }]);
    const next = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
    await store.sealAnew(next);
    expect(store.sealing).toBe(false);
    expect(await store.get('log', 'c')).toEqual(bytes('three'));
    expect((await refused(store.get('log', 'b'))).code).toBe('corrupt');
    expect(await inner.get('log', 'b')).toEqual(damaged);
    await store.close();
  });

  it('goes on with sealing anew where it was stopped', async () => {
    const { inner, deviceKey, store } = await openNew();
    await store.apply([put('log', 'a', 'old'), put('setting', 'b', 'old too')]);
    const former = await deviceKey.load();
    const next = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
    const both = { ...deviceKey, load: async () => next, former: async () => former };
    const again = await openSealedStore(inner, both);
    expect(again.sealing).toBe(true);
    await again.apply([put('log', 'c', 'new')]);
    await again.sealAnew(again.key);
    const locked = { ...deviceKey, load: async () => next };
    const after = await openSealedStore(inner, locked);
    expect((await after.range('log')).map(([key]) => key)).toEqual(['a', 'c']);
    expect(await after.get('setting', 'b')).toEqual(bytes('old too'));
    await after.close();
  });
});
