import { postCarrier } from '@polynya/reach/carriers/post/client';
import { systemClock } from '@polynya/reach/clock';
import { CountingClock } from '@polynya/reach/test/counting-clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatId, MessageView } from './api.ts';
import { type Change, type Store, StoreError } from './store/store.ts';
import { type Person, Town } from './test/town.ts';

let town: Town;
beforeEach(async () => {
  town = await Town.found();
});
afterEach(() => town.end());

async function pair(options: Parameters<Town['device']>[1] = {}) {
  const anna = await town.person('Anna', options);
  const { link, chat } = await anna.messenger.invite(null);
  const boris = await town.device('Boris');
  await boris.messenger.register(link, 'Boris');
  await anna.people(chat, 2);
  return { anna, boris, chat };
}

/** Settles once a message of the chat is as wanted. */
async function sees(
  person: Person,
  chat: ChatId,
  wanted: (message: MessageView) => boolean,
): Promise<MessageView> {
  const page = { query: 'messages', chat, limit: 100 } as const;
  const { messages } = await person.until(page, (result) => result.messages.some(wanted));
  return messages.find(wanted) as MessageView;
}

describe('between two people', () => {
  test('replies, edits, deletions, reactions and mentions reach the other', async () => {
    const { anna, boris, chat } = await pair();
    const { id } = await anna.messenger.send(chat, { text: 'Helo' });
    await sees(boris, chat, ({ text }) => text === 'Helo');
    const me = (await boris.now({ query: 'status' })).me?.person ?? '';
    await anna.messenger.edit(chat, id, 'Hello, @Boris', [me]);
    await boris.messenger.react(chat, id, '👍');
    await boris.messenger.send(chat, { text: 'Hi', reply: id });
    await anna.messenger.send(chat, { text: '@Boris', mentions: [me] });
    const edited = await sees(boris, chat, (one) => one.id === id && one.edited);
    expect(edited).toMatchObject({ text: 'Hello, @Boris', mentions: [me] });
    await boris.until({ query: 'chats' }, ([one]) => one?.mentioned === true);
    const reaction = await sees(anna, chat, (one) => one.id === id && one.reactions.length > 0);
    expect(reaction.reactions).toEqual([{ emoji: '👍', people: ['Boris'], mine: false }]);
    const reply = await sees(anna, chat, ({ text }) => text === 'Hi');
    expect(reply.reply).toMatchObject({ id, name: 'Anna', text: 'Hello, @Boris' });
    await boris.until({ query: 'chats' }, ([one]) => one?.mentioned === true);
    await anna.messenger.delete(chat, id);
    await sees(boris, chat, (one) => one.id === id && one.deleted);
  });

  test('a message is pinned for both, by either, until it is let go or deleted', async () => {
    const { anna, boris, chat } = await pair();
    const pinned = async ({ messenger }: Person) =>
      (await messenger.pinned(chat)).map(({ text, name }) => [text, name]);
    const counts = (person: Person, wanted: number) =>
      person.until({ query: 'chat', chat }, (detail) => detail?.pins.length === wanted);
    const { id } = await anna.messenger.send(chat, { text: 'The key is under the mat' });
    await sees(boris, chat, ({ text }) => text.startsWith('The key'));
    await boris.messenger.pin(chat, id, true);
    await counts(anna, 1);
    expect(await pinned(anna)).toEqual([['The key is under the mat', 'Anna']]);
    await sees(anna, chat, ({ event }) => event?.event === 'pinned' && event.by === 'Boris');
    await anna.messenger.edit(chat, id, 'The key is with Vera');
    await sees(boris, chat, ({ edited }) => edited);
    expect(await pinned(boris)).toEqual([['The key is with Vera', 'Anna']]);
    await anna.messenger.pin(chat, id, false);
    await counts(boris, 0);
    await boris.messenger.pin(chat, id, true);
    await counts(anna, 1);
    await anna.messenger.delete(chat, id);
    await counts(boris, 0);
    expect(await pinned(anna)).toEqual([]);
    await expect(anna.messenger.pin(chat, id, true)).rejects.toMatchObject({ code: 'not-allowed' });
  });

  test('what a message said has with it a change that is still on its way', async () => {
    const { anna, chat } = await pair();
    const { id } = await anna.messenger.send(chat, { text: 'At six' });
    const said = async () => (await anna.messenger.history(chat, id)).map(({ text }) => text);
    await anna.until({ query: 'status' }, ({ sending }) => sending === 0);
    await town.restartServer(async () => {
      await anna.messenger.edit(chat, id, 'At seven');
      expect(await said()).toEqual(['At six', 'At seven']);
    });
    await anna.messenger.kick();
    await anna.until({ query: 'status' }, ({ sending }) => sending === 0);
    expect(await said()).toEqual(['At six', 'At seven']);
  });

  test('a file of several pieces arrives byte for byte', async () => {
    const { anna, boris, chat } = await pair();
    const bytes = new Uint8Array(300_000).map((_, i) => (i * 31) ^ (i >> 8));
    const file = new Blob([bytes], { type: 'application/pdf' });
    await anna.messenger.sendFile(chat, file, { name: 'a.pdf', caption: 'Read this' });
    const message = await sees(boris, chat, (one) => one.file?.state === 'here');
    expect(message).toMatchObject({ text: 'Read this', file: { name: 'a.pdf', size: 300_000 } });
    const blob = await boris.messenger.fileBlob(chat, message.id);
    expect(new Uint8Array(await blob.arrayBuffer())).toEqual(bytes);
  });

  test('a blocked person is not heard, and is again when unblocked', async () => {
    const { anna, boris, chat } = await pair();
    const person = (await anna.now({ query: 'chats' }))[0]?.peer ?? '';
    await anna.messenger.block(person, true);
    await boris.messenger.send(chat, { text: 'Unheard' });
    await sees(boris, chat, ({ state, text }) => text === 'Unheard' && state === 'sent');
    await anna.reopen();
    expect((await anna.now({ query: 'chats' }))[0]?.blocked).toBe(true);
    await anna.messenger.send(chat, { text: 'Now?' });
    await sees(boris, chat, ({ text }) => text === 'Now?');
    await anna.messenger.block(person, false);
    await boris.messenger.send(chat, { text: 'Heard' });
    expect(await anna.texts(chat, 2)).toEqual(['Now?', 'Heard']);
    // In no chat any more, but still to be found by who thinks better of it.
    const gone = 'ab'.repeat(16);
    await anna.messenger.block(gone, true);
    const everybody = await anna.messenger.people();
    expect(everybody.filter(({ blocked }) => blocked)).toMatchObject([
      { person: gone, name: '#abab' },
    ]);
  });

  test('the safety number is the same on both sides', async () => {
    const { anna, boris } = await pair();
    const [a, b] = await Promise.all(
      [anna, boris].map(async ({ messenger }) => {
        const [other] = await messenger.people();
        return messenger.safetyNumber(other?.person ?? '');
      }),
    );
    expect(a).toBe(b);

    const [other] = await anna.messenger.people();
    expect(other?.compared).toBeNull();
    await anna.messenger.compare(other?.person ?? '', true);
    await anna.reopen();
    expect(await anna.messenger.people()).toMatchObject([{ compared: 'same' }]);
    await anna.messenger.compare(other?.person ?? '', false);
    expect(await anna.messenger.people()).toMatchObject([{ compared: null }]);
    const nobody = anna.messenger.compare('ab'.repeat(16), true);
    await expect(nobody).rejects.toMatchObject({ code: 'not-found' });
  });

  test('everything works by HTTP POST alone', async () => {
    const { anna, boris, chat } = await pair({ carriers: [postCarrier] });
    await anna.messenger.send(chat, { text: 'By post' });
    expect(await boris.texts(chat, 1)).toEqual(['By post']);
    await boris.messenger.send(chat, { text: 'Back' });
    expect(await anna.texts(chat, 2)).toEqual(['By post', 'Back']);
  });
});

describe('a device', () => {
  test.each([
    ['behind', -3_600_000],
    ['ahead', 3_600_000],
  ])('whose clock is an hour %s still talks, and is told so', async (_, off) => {
    const wrong = { ...systemClock, now: () => Date.now() + off };
    const { anna, boris, chat } = await pair({ clock: wrong });
    await boris.messenger.send(chat, { text: 'What time is it?' });
    expect(await anna.texts(chat, 1)).toEqual(['What time is it?']);
    const { clockOff } = await anna.until({ query: 'status' }, (one) => one.clockOff !== null);
    expect(Math.abs((clockOff ?? 0) - off)).toBeLessThan(60_000);
    expect((await boris.now({ query: 'status' })).clockOff).toBeNull();
  });

  test('whose clock is ahead does not keep its chat above those of others', async () => {
    const ahead = { ...systemClock, now: () => Date.now() + 3_600_000 };
    const { anna, boris, chat } = await pair({ clock: ahead });
    await anna.messenger.send(chat, { text: 'From the future' });
    const { at } = await sees(boris, chat, ({ text }) => text === 'From the future');
    expect(at - Date.now()).toBeLessThanOrEqual(5 * 60_000);
    expect(at - Date.now()).toBeGreaterThan(4 * 60_000);
    const [summary] = await boris.now({ query: 'chats' });
    expect(summary?.at).toBe(at);
  });

  test('that is full says so, and takes up again once there is room', async () => {
    let full = false;
    const wrap = (store: Store): Store => ({
      get: (table, key) => store.get(table, key),
      range: (table, range) => store.range(table, range),
      apply: (changes: readonly Change[]) =>
        full ? Promise.reject(new StoreError('full', 'no room')) : store.apply(changes),
      close: () => store.close(),
      destroy: () => store.destroy(),
    });
    const { anna, boris, chat } = await pair({ wrap });
    full = true;
    await expect(anna.messenger.send(chat, { text: 'Too much' })).rejects.toMatchObject({
      code: 'storage-full',
    });
    await boris.messenger.send(chat, { text: 'Waiting for you' });
    await anna.until({ query: 'status' }, ({ storageFull }) => storageFull, 'that it is full');
    full = false;
    await anna.messenger.kick();
    expect(await anna.texts(chat, 1)).toEqual(['Waiting for you']);
    await anna.until({ query: 'status' }, ({ storageFull }) => !storageFull, 'that there is room');
  });

  test('refuses what is too long before it is queued', async () => {
    const { anna, chat } = await pair();
    await expect(anna.messenger.send(chat, { text: 'x'.repeat(16_001) })).rejects.toMatchObject({
      code: 'too-long',
    });
    await anna.messenger.send(chat, { text: '🧊'.repeat(8_000) });
  });

  test('that is closed leaves no timer behind', async () => {
    const clock = new CountingClock();
    const { anna, chat } = await pair({ clock });
    await anna.messenger.send(chat, { text: 'Good night' });
    await anna.messenger.typing(chat);
    await anna.close();
    await expect.poll(() => clock.pending).toBe(0);
  });

  test('that was wiped holds nothing and can begin anew', async () => {
    const { anna } = await pair();
    await anna.messenger.wipe();
    await anna.reopen().catch(() => anna.open());
    expect((await anna.now({ query: 'status' })).me).toBeNull();
    await anna.messenger.register(await town.serverInvite(), 'Anna');
    expect((await anna.now({ query: 'status' })).me?.name).toBe('Anna');
  });
});
