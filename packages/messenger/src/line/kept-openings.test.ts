/** The account of connections as one program after the other finds it in the real store of a device. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileDeviceKey } from '../store/file-device-key.ts';
import { openSealedStore } from '../store/sealed-store.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { keptOpenings } from './kept-openings.ts';

const START = 1_760_000_000_000;
const MINUTE = 60_000;
let now = START;
const clock = () => now;
let folder: string;

beforeEach(() => {
  now = START;
  folder = mkdtempSync(join(tmpdir(), 'polynya-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As a program does that opens the profile, and ends. */
async function program<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const database = await openSqliteStore(join(folder, 'messenger.db'));
  const store = await openSealedStore(database, fileDeviceKey(join(folder, 'device.key')));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const connects = (host: string) =>
  program(async (store) => (await keptOpenings(store, clock)).note(host, now, true));
const counted = (host: string) =>
  program(async (store) => (await keptOpenings(store, clock)).recent(host, now).length);

test('programs one after the other share one account', async () => {
  for (let run = 0; run < 3; run++) await connects('chat.example');
  expect(await counted('chat.example')).toBe(3);
  expect(await counted('bridge.example')).toBe(0);
});

test('what is made on an open line is kept only once connections count there', async () => {
  await program(async (store) => (await keptOpenings(store, clock)).note('chat.example', now));
  expect(await counted('chat.example')).toBe(0);
  await program(async (store) => {
    const openings = await keptOpenings(store, clock);
    openings.note('chat.example', now);
    openings.note('bridge.example', now, true);
  });
  expect(await counted('chat.example')).toBe(1);
  expect(await counted('bridge.example')).toBe(1);
});

test('what counts no more is not kept, and neither is what a clock said that was set back since', async () => {
  await connects('chat.example');
  now += 2 * MINUTE;
  await connects('bridge.example');
  const hosts = () =>
    program(async (store) => (await keptOpenings(store, clock)).all.map(({ host }) => host));
  expect(await hosts()).toEqual(['bridge.example']);
  now -= 60 * MINUTE;
  await connects('chat.example');
  expect(await hosts()).toEqual(['chat.example']);
});

test('more connections than are remembered are no error', async () => {
  await program(async (store) => {
    const openings = await keptOpenings(store, clock);
    for (let made = 0; made < 70; made++) openings.note(`${made}.example`, now, true);
  });
  expect(await counted('69.example')).toBe(1);
  expect(await counted('0.example')).toBe(0);
});

test('an account that is torn is an empty one, and the next connection mends it', async () => {
  await connects('chat.example');
  await program(async (store) => {
    const whole = await store.get('self', 'openings');
    await store.apply([{ table: 'self', key: 'openings', value: whole?.slice(0, -3) ?? null }]);
  });
  expect(await counted('chat.example')).toBe(0);
  await connects('chat.example');
  expect(await counted('chat.example')).toBe(1);
});

test('no host can be read on the disk', async () => {
  await connects('chat.example');
  expect(readFileSync(join(folder, 'messenger.db')).includes('chat.example')).toBe(false);
});

test('a store that is closed takes nothing more, and nobody is disturbed', async () => {
  const openings = await program((store) => keptOpenings(store, clock));
  openings.note('chat.example', now);
  expect(openings.recent('chat.example', now)).toHaveLength(1);
});
