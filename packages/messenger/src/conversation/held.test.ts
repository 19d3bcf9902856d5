/** How a conversation lies in the store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { afterAll, expect, test } from 'vitest';
import type { ChatId } from '../api.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { forgetHeld, type Held, heldChanges, loadHeld } from './held.ts';
import { blankState } from './state.ts';

const folder = await mkdtemp(join(tmpdir(), 'held-'));
const store = await openSqliteStore(join(folder, 'a.db'));
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const now = () => 1_800_000_000;
const engine = makeEngine({ authentication: { accepts: async () => true }, now });
const CHAT = '00112233445566778899aabbccddeeff' as ChatId;
const bytes = (length: number) => new Uint8Array(length).fill(7);
const member = (name: string) =>
  engine.keyPackage({
    credential: new TextEncoder().encode(name),
    notBefore: 0,
    notAfter: 4_000_000_000,
  });

async function founded(): Promise<Held> {
  const group = await engine.create(bytes(16), await member('ann'));
  const state = blankState({
    server: bytes(32),
    log: bytes(16),
    phase: 'active',
    direct: false,
    title: '',
    since: 0,
    token: bytes(32),
    cursor: 1,
    hash: bytes(32),
    firstEpoch: 0,
    people: [],
  });
  return { state, group, staged: null, seat: null };
}

async function storedNames(): Promise<string[]> {
  return (await store.range('group')).map(([key]) => key.slice(CHAT.length + 1));
}

test('a staged Commit is stored as what it changes, goes when it is dropped, and is the group when it is adopted', async () => {
  const before = await founded();
  await store.apply(heldChanges(CHAT, null, before));
  const { group: staged, current } = await before.group.commit({});
  const pending: Held = { ...before, group: current, staged };
  await store.apply(heldChanges(CHAT, before, pending));
  const loaded = await loadHeld(store, engine, CHAT);
  expect(loaded?.staged?.epochAuthenticator).toEqual(staged.epochAuthenticator);
  expect(loaded?.group.epoch).toBe(before.group.epoch);

  const dropped: Held = { ...pending, staged: null };
  await store.apply(heldChanges(CHAT, pending, dropped));
  expect((await storedNames()).some((name) => name.startsWith('staged/'))).toBe(false);
  await store.apply(heldChanges(CHAT, dropped, pending));

  // A message that is sealed meanwhile turns the present group's ratchet, and the staged one follows it.
  const { group: later } = await current.seal(bytes(3));
  const talking: Held = { ...pending, group: later };
  await store.apply(heldChanges(CHAT, pending, talking));
  const again = await loadHeld(store, engine, CHAT);
  if (!again?.staged) throw new Error('it is staged');
  const adopted: Held = { ...again, group: again.staged.following(again.group), staged: null };
  await store.apply(heldChanges(CHAT, again, adopted));
  const after = await loadHeld(store, engine, CHAT);
  expect(after?.staged).toBeNull();
  expect(after?.group.epochAuthenticator).toEqual(staged.epochAuthenticator);

  await store.apply(await forgetHeld(store, CHAT));
  expect(await storedNames()).toEqual([]);
  expect(await loadHeld(store, engine, CHAT)).toBeNull();
});

test('what an early version stored is refused as older', async () => {
  const value = bytes(100);
  await store.apply([
    { table: 'log', key: CHAT, value },
    { table: 'group', key: `${CHAT}/group/tree`, value },
    { table: 'group', key: `${CHAT}/group/rest`, value },
  ]);
  await expect(loadHeld(store, engine, CHAT)).rejects.toMatchObject({ code: 'older' });
});
