/** A device whose list of chats is shown before they are read: what may be done meanwhile, and what is never shown. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatId, ChatSummary } from './api.ts';
import { LIST } from './queries/list-record.ts';
import type { Range, Store, Table } from './store/store.ts';
import { HeldStore } from './test/held-store.ts';
import { type Person, Town } from './test/town.ts';

let town: Town;
let anna: Person;
let boris: Person;
/** With Boris, and of Anna alone. */
let pair: ChatId;
let alone: ChatId;
let store: HeldStore;
let listless = false;
const troubles: unknown[] = [];
/** What may not be read yet. */
const gates = new Map<ChatId, PromiseWithResolvers<void>>();
/** In this order. */
const read: ChatId[] = [];

beforeEach(async () => {
  town = await Town.found();
  const wrap = (bare: Store) => {
    store = new (listless ? Listless : HeldStore)(bare, async (chat) => {
      read.push(chat);
      await gates.get(chat)?.promise;
    });
    return store;
  };
  const lateTrouble = (error: unknown) => void troubles.push(error);
  anna = await town.device('Anna', { wrap, lateTrouble });
  await anna.messenger.register(await town.serverInvite(), 'Anna');
  ({ chat: alone } = await anna.messenger.createGroup('Notes'));
  const invited = await anna.messenger.invite(null);
  pair = invited.chat;
  boris = await town.device('Boris');
  await boris.messenger.register(invited.link, 'Boris');
  await anna.people(pair, 2);
  await anna.messenger.send(alone, { text: 'Milk' });
  await anna.messenger.send(pair, { text: 'Hello' });
  await anna.until({ query: 'chats' }, (chats) => chats.every(isSent), 'both on the server');
});
afterEach(async () => {
  for (const chat of [...gates.keys()]) letRead(chat);
  await town.end();
  troubles.length = 0;
  listless = false;
});

/** No copy of the list lies there. */
class Listless extends HeldStore {
  override async range(table: Table, range?: Range): Promise<[string, Uint8Array][]> {
    return range?.from === LIST.from ? [] : super.range(table, range);
  }
}

const isSent = ({ last }: ChatSummary) => last !== null && last.state !== 'waiting';

function letRead(chat: ChatId): void {
  gates.get(chat)?.resolve();
  gates.delete(chat);
}

/** Opens anew; these chats are not read until told. */
async function reopenHolding(...chats: ChatId[]): Promise<void> {
  await anna.close();
  for (const chat of chats) gates.set(chat, Promise.withResolvers());
  await anna.open();
}

/** Whether it has settled by the time everything else has had its turn. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => false,
    () => false,
  );
  return Promise.race([settled, new Promise<boolean>((done) => setTimeout(done, 200, true))]);
}

const listed = async () =>
  new Map((await anna.now({ query: 'chats' })).map((one) => [one.chat, one.last?.text]));

describe('while chats are being read', () => {
  it('shows the list as it was, opens a chat alone, and takes what is said in another for when it is read', async () => {
    await reopenHolding(pair);
    expect(await listed()).toEqual(
      new Map([
        [pair, 'Hello'],
        [alone, 'Milk'],
      ]),
    );
    expect(await anna.texts(alone, 1)).toEqual(['Milk']);
    await anna.messenger.send(alone, { text: 'Bread' });
    expect(await anna.texts(alone, 2)).toEqual(['Milk', 'Bread']);
    await anna.until(
      { query: 'messages', chat: alone, limit: 9 },
      ({ messages }) => messages.at(-1)?.state === 'sent',
      'sent though another chat is still to be read',
    );

    const [hello] = (await boris.now({ query: 'messages', chat: pair, limit: 9 })).messages;
    const asked = [
      anna.messenger.send(pair, { text: 'Tea?' }),
      anna.messenger.read(pair, hello?.seq ?? 0),
      anna.messenger.mark(pair, { pinned: true }),
      anna.messenger.keepDraft(pair, 'and ca'),
      anna.texts(pair, 2),
      anna.messenger.safetyNumber((await listedPerson(pair)) ?? ''),
    ];
    expect(await Promise.all(asked.map(isOpen))).toEqual(asked.map(() => true));
    await boris.messenger.send(pair, { text: 'Yes' });
    letRead(pair);
    await Promise.all(asked);
    expect((await anna.texts(pair, 3)).toSorted()).toEqual(['Hello', 'Tea?', 'Yes']);
    expect((await boris.texts(pair, 3)).toSorted()).toEqual(['Hello', 'Tea?', 'Yes']);
    const summary = (await anna.now({ query: 'chats' })).find(({ chat }) => chat === pair);
    expect(summary?.marks.pinned).toBe(true);
    expect((await anna.now({ query: 'drafts' })).find(({ chat }) => chat === pair)?.text).toBe(
      'and ca',
    );
  });

  it('reads those first in which something waits to be sent', async () => {
    const last = [alone, pair].toSorted().at(-1) ?? '';
    await town.restartServer(async () => {
      await anna.messenger.send(last, { text: 'First' });
      await anna.close();
      read.length = 0;
      await anna.open();
      await anna.device.loading.whole;
    });
    expect(read[0]).toBe(last);
  });

  it('finds what was said in a chat once that is read', async () => {
    await (await anna.device.search.get()).tend();
    await reopenHolding(pair);
    const found = anna.messenger.search({ text: 'hello' });
    expect(await isOpen(found)).toBe(true);
    letRead(pair);
    expect((await found).found.map(({ chat }) => chat)).toEqual([pair]);
  });

  it('can be closed, and opened anew', async () => {
    await reopenHolding(pair);
    const said = anna.messenger.send(pair, { text: 'Lost' });
    const refused = expect(said).rejects.toMatchObject({ code: 'offline' });
    const closing = anna.close();
    letRead(pair);
    await closing;
    await refused;
    await anna.open();
    expect(await anna.texts(pair, 1)).toEqual(['Hello']);
  });

  it('can be wiped', async () => {
    await reopenHolding(pair);
    await listed();
    const wiping = anna.messenger.wipe();
    letRead(pair);
    await wiping;
    await anna.reopen();
    expect(await anna.now({ query: 'chats' })).toEqual([]);
    expect((await anna.now({ query: 'status' })).me).toBeNull();
  });

  it('shows those that were read, where the list as it was is not there', async () => {
    // More than are read together.
    for (let more = 0; more < 33; more++) await anna.messenger.createGroup(`Group ${more}`);
    const all = (await anna.now({ query: 'chats' })).map(({ chat }) => chat);
    const last = all.toSorted().at(-1) ?? '';
    listless = true;
    await reopenHolding(last);
    expect((await listed()).has(last)).toBe(false);
    expect((await listed()).size).toBeGreaterThan(1);
    letRead(last);
    await anna.until({ query: 'chats' }, (chats) => chats.length === all.length, 'all of them');
  });

  it('says that they cannot be read', async () => {
    await reopenHolding(pair);
    await listed();
    const trouble = new Error('a broken disk');
    gates.get(pair)?.reject(trouble);
    await expect.poll(() => troubles).toEqual([trouble]);
    await expect(anna.messenger.send(pair, { text: 'Lost' })).rejects.toThrow();
  });
});

describe('after a crash', () => {
  /** As a process that is killed when `work` is done; what was stored of the list then. */
  async function crashAfter(work: () => Promise<unknown>): Promise<string> {
    await anna.reopen();
    await listed();
    await work();
    store.dead = true;
    await reopenHolding(pair, alone);
    const stored = await store.range('setting', LIST);
    return stored.map(([, value]) => new TextDecoder().decode(value)).join();
  }

  it('the list has no text that was deleted, for one or for all, before its chat is read', async () => {
    const message = async (chat: ChatId) =>
      (await anna.now({ query: 'messages', chat, limit: 9 })).messages.at(-1)?.id ?? '';
    const [hello, milk] = [await message(pair), await message(alone)];
    const kept = await crashAfter(() =>
      Promise.all([anna.messenger.delete(pair, hello), anna.messenger.hide(alone, milk)]),
    );
    expect(kept).not.toMatch(/Hello|Milk/);
    const shown = anna.until({ query: 'chats' }, (chats) => chats.length === 2);
    letRead(pair);
    letRead(alone);
    expect((await shown).map(({ last }) => last?.text ?? '')).toEqual(['', '']);
  });

  it('nor what was edited', async () => {
    const { messages } = await anna.now({ query: 'messages', chat: alone, limit: 9 });
    const kept = await crashAfter(() =>
      anna.messenger.edit(alone, messages.at(-1)?.id ?? '', 'Butter'),
    );
    expect(kept).not.toContain('Milk');
  });

  it('a chat whose record was taken is kept again a moment later, though nothing shown of it changed', async () => {
    const { id } = await anna.messenger.send(alone, { text: 'Eggs' });
    const { messages } = await anna.until({ query: 'messages', chat: alone, limit: 9 }, (page) =>
      page.messages.some((one) => one.id === id && one.state !== 'waiting'),
    );
    await anna.reopen();
    await listed();
    await anna.messenger.hide(alone, messages.find(({ text }) => text === 'Milk')?.id ?? '');
    await reopenHolding(pair, alone);
    expect((await listed()).get(alone)).toBe('Eggs');
  });
});

async function listedPerson(chat: ChatId) {
  return (await anna.now({ query: 'chats' })).find((one) => one.chat === chat)?.peer;
}
