/** What a person notes about their chats outlives the page, and goes with the chat. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChatMemory } from './chat-memory.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import type { Store } from './store/store.ts';

const CHAT = 'c0'.repeat(16);
const OTHER = 'c1'.repeat(16);
let store: Store;

beforeEach(async () => {
  store = await openSqliteStore(':memory:');
});
afterEach(() => store.close());

describe('marks of a chat', () => {
  it('are off until set, change one by one, and are there again when the store is opened anew', async () => {
    const memory = await ChatMemory.open(store);
    expect(memory.of(CHAT)).toEqual({
      pinned: false,
      muted: false,
      archived: false,
      unread: false,
    });
    expect(await memory.set(CHAT, { pinned: true })).toBe(true);
    expect(await memory.set(CHAT, { muted: true })).toBe(true);
    expect(await memory.set(CHAT, { pinned: true })).toBe(false);
    const anew = await ChatMemory.open(store);
    expect(anew.of(CHAT)).toMatchObject({ pinned: true, muted: true, archived: false });
    expect(anew.of(OTHER)).toMatchObject({ pinned: false, muted: false });
  });
});

describe('drafts', () => {
  it('are kept by chat until they are emptied', async () => {
    const memory = await ChatMemory.open(store);
    await memory.keepDraft(CHAT, 'half a sen');
    await memory.keepDraft(OTHER, 'тоже');
    const anew = await ChatMemory.open(store);
    expect(await anew.drafts()).toEqual([
      { chat: CHAT, text: 'half a sen' },
      { chat: OTHER, text: 'тоже' },
    ]);
    await anew.keepDraft(CHAT, '');
    expect(await anew.drafts()).toEqual([{ chat: OTHER, text: 'тоже' }]);
  });
});

it('a chat that is forgotten leaves nothing here', async () => {
  const memory = await ChatMemory.open(store);
  await memory.set(CHAT, { archived: true });
  await memory.keepDraft(CHAT, 'half a sen');
  await store.apply(memory.forget(CHAT));
  expect(memory.of(CHAT).archived).toBe(false);
  expect(await store.range('setting')).toEqual([]);
});
