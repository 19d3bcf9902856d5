/** The list of chats at rest: what it shows before chats are read, and what it must not hold. */
import { expect, it } from 'vitest';
import type { ChatSummary } from '../api.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { Timeline } from '../timeline/timeline.ts';
import { Changes } from './changes.ts';
import { KeptSummaries } from './kept-summaries.ts';
import { unlisted } from './list-record.ts';
import { Summaries, type Summary } from './summaries.ts';

const clock = { setTimeout: () => () => undefined };
const marks = { pinned: false, muted: false, archived: false, unread: false };

const summary = (chat: string, text: string, title = chat): Omit<ChatSummary, 'tag'> => ({
  chat,
  direct: true,
  saved: false,
  title,
  state: 'active',
  peer: chat.repeat(16),
  blocked: false,
  marks,
  last: { sender: title, mine: false, text, at: 1, state: null, silent: false },
  unread: 0,
  mentioned: false,
  typing: ['somebody'],
  at: 1,
});

async function opened(store: Store, chats: Map<string, Summary | null>) {
  const changes = new Changes(clock);
  const summaries = new Summaries({ changes, summarise: async (chat) => chats.get(chat) });
  const timeline = new Timeline(
    store,
    () => 'aa'.repeat(16),
    () => 0,
  );
  const kept = new KeptSummaries(
    { store, clock },
    { timeline, loading: { whole: Promise.resolve() } },
  );
  await kept.open(summaries);
  return { changes, summaries, kept, timeline };
}

it('shows at the next opening what was last shown, without who typed', async () => {
  const store = await openSqliteStore(':memory:');
  const chats = new Map([['aa', { summary: summary('aa', 'said'), passing: false }]]);
  const first = await opened(store, chats);
  first.changes.touchChat('aa');
  await first.summaries.list();
  await first.kept.flush();
  const { summaries } = await opened(store, new Map());
  expect(await summaries.list()).toEqual([{ ...summary('aa', 'said'), tag: null, typing: [] }]);
});

it('holds no text that goes by itself, not even after another chat got the same name', async () => {
  const store = await openSqliteStore(':memory:');
  const chats = new Map([['aa', { summary: summary('aa', 'gone soon', 'Ann'), passing: true }]]);
  const { changes, summaries, kept } = await opened(store, chats);
  changes.touchChat('aa');
  await summaries.list();
  chats.set('bb', { summary: summary('bb', 'stays', 'Ann'), passing: false });
  changes.touchChat('bb');
  const [one, other] = await summaries.list();
  expect([one?.tag, other?.tag]).not.toContain(null);
  await kept.flush();
  const stored = await store.range('setting');
  const written = stored.map(([, value]) => new TextDecoder().decode(value)).join();
  expect(written).toContain('stays');
  expect(written).not.toContain('gone soon');
});

it('drops a chat that is there no more, and computes only what changed', async () => {
  const store = await openSqliteStore(':memory:');
  const chats = new Map<string, Summary | null>();
  for (const chat of ['aa', 'bb'])
    chats.set(chat, { summary: summary(chat, chat), passing: false });
  const { changes, summaries } = await opened(store, chats);
  for (const chat of chats.keys()) changes.touchChat(chat);
  const [before] = (await summaries.list()).filter(({ chat }) => chat === 'bb');
  chats.set('aa', null);
  changes.touchChat('aa');
  const after = await summaries.list();
  expect(after).toHaveLength(1);
  expect(after[0]).toBe(before);
});

it('holds nothing that was taken away while it was written', async () => {
  const memory = await openSqliteStore(':memory:');
  let deleted: Promise<void> | undefined;
  const store: Store = {
    get: (...asked) => memory.get(...asked),
    range: (...asked) => memory.range(...asked),
    async apply(changes) {
      const list = changes.some(({ value }) => value !== null);
      // The last moment before it is written: whoever may delete then comes first.
      if (list) {
        deleted ??= remove();
        await Promise.race([deleted, new Promise((done) => setTimeout(done, 50))]);
      }
      await memory.apply(changes);
    },
    close: () => memory.close(),
    destroy: () => memory.destroy(),
  };
  const chats = new Map([['aa', { summary: summary('aa', 'said'), passing: false }]]);
  const { changes, summaries, kept, timeline } = await opened(store, chats);
  const remove = () => timeline.locked('aa', () => store.apply([unlisted('aa')]));
  changes.touchChat('aa');
  await summaries.list();
  await kept.flush();
  await deleted;
  expect(deleted).toBeDefined();
  expect(await store.range('setting')).toEqual([]);
});

it('is written to its end also where it is to be written once more while a chat is busy', async () => {
  const store = await openSqliteStore(':memory:');
  const all = ['xaa', 'yaa', 'zbb'];
  const chats = new Map(
    all.map((chat) => [chat, { summary: summary(chat, 'said'), passing: false }]),
  );
  const { changes, summaries, kept, timeline } = await opened(store, chats);
  for (const chat of all) changes.touchChat(chat);
  await summaries.list();
  const busy = Promise.withResolvers<void>();
  const work = timeline.locked('yaa', () => busy.promise);
  const first = kept.flush();
  await new Promise((done) => setTimeout(done, 50));
  for (const chat of ['zbb', 'xaa']) kept.touched(chat);
  const second = kept.flush();
  await new Promise((done) => setTimeout(done, 50));
  busy.resolve();
  await Promise.all([work, first, second]);
  expect(await store.range('setting')).toHaveLength(2);
});
