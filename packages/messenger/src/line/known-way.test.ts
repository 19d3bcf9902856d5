import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { KnownWay } from './known-way.ts';

const ADA = new Uint8Array(32).fill(1);
const BEN = new Uint8Array(32).fill(2);
let folder: string;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-'));
  store = await openSqliteStore(join(folder, 'messenger.db'));
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

test('a way is known again on the network on which it worked, for the server that it led to', async () => {
  const home = new KnownWay(store, ADA, () => 'home');
  expect(await home.load()).toBeUndefined();
  home.save('websocket https://203.0.113.1/s');
  await vi.waitFor(async () =>
    expect(await new KnownWay(store, ADA, () => 'home').load()).toBe(
      'websocket https://203.0.113.1/s',
    ),
  );
  expect(await new KnownWay(store, ADA, () => 'café').load()).toBeUndefined();
  expect(await new KnownWay(store, BEN, () => 'home').load()).toBeUndefined();
});
