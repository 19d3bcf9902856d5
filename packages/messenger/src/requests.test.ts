/** Somebody of a large group, never met otherwise, brings a person into a chat. */
import { systemRandom } from '@polynya/reach/clock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChatId } from './api.ts';
import { Self } from './identity/self.ts';
import { makeKeyPackage } from './inbox/key-packages.ts';
import { house as build } from './test/house.ts';
import { type Person, Town } from './test/town.ts';
import { commit } from './waiting.ts';

/** With those of the house more than can all know each other. */
const NEIGHBOURS = 6;
/** ms: a receipt, and what a newcomer says of themselves, are sent before. */
const RECEIPT = 1_500;

let town: Town;
let house: ChatId;
let anna: Person;
let boris: Person;
let vera: Person;

beforeAll(async () => {
  town = await Town.found();
  const { chat, members } = await build(town);
  house = chat;
  [anna, boris, vera] = members;
  const { engine, clock } = anna.device.ports;
  const packages = await Promise.all(
    Array.from({ length: NEIGHBOURS }, async (_, at) => {
      const neighbour = await Self.create(systemRandom, `Neighbour ${at}`);
      return (await makeKeyPackage(engine, neighbour, clock.now(), false)).keyPackage;
    }),
  );
  await commit(anna.device, chat, async () => ({ add: packages }));
  for (const one of [boris, vera]) {
    await one.until({ query: 'chat', chat }, (shown) => shown?.people.length === 3 + NEIGHBOURS);
  }
});
afterAll(() => town.end());

/** Boris brings Vera into a new group and says something there. */
async function brought(title: string): Promise<ChatId> {
  const { chat } = await boris.messenger.createGroup(title);
  await boris.messenger.add(chat, [vera.device.self.person]);
  await boris.messenger.send(chat, { text: 'Pots for everybody' });
  await vera.texts(chat, 1);
  return chat;
}

const stateOf = async (chat: ChatId) => (await vera.now({ query: 'chat', chat }))?.state;

test('one that is declined is left without a word, and forgotten', async () => {
  const chat = await brought('Pans');
  expect(await stateOf(chat)).toBe('request');
  // It lies on the server where Vera is already: nobody leads her to one of their own by it.
  expect([...vera.device.links.keys()]).toEqual([...boris.device.links.keys()]);
  // Whoever is blocked asks for nothing.
  const { person } = boris.device.self;
  await vera.messenger.block(person, true);
  expect((await vera.now({ query: 'chats' })).map((one) => one.chat)).not.toContain(chat);
  await vera.messenger.block(person, false);
  expect((await vera.now({ query: 'chats' })).map((one) => one.chat)).toContain(chat);
  await vera.messenger.decline(chat);
  expect((await vera.now({ query: 'chats' })).map((one) => one.chat)).not.toContain(chat);
  await boris.until({ query: 'chat', chat }, (shown) => shown?.people.length === 1, 'nobody left');
  await expect.poll(() => vera.device.conversations.has(chat), { timeout: 60_000 }).toBe(false);
  const { messages } = await boris.now({ query: 'messages', chat, limit: 9 });
  expect(messages.at(-1)?.event).toMatchObject({ event: 'left' });
  await expect(vera.messenger.decline(chat)).rejects.toThrow('not-found');
});

test('it waits to be accepted: until then nobody hears anything of them, and nothing is fetched', async () => {
  const { unread } = await vera.now({ query: 'status' });
  const chat = await brought('Pots');
  const about = { name: 'pot.bin' };
  const { id } = await boris.messenger.sendFile(chat, new Blob(['a small file']), about);
  const page = { query: 'messages', chat, limit: 9 } as const;
  const { messages } = await vera.until(page, (shown) => shown.messages.at(-1)?.id === id);
  expect(await vera.now({ query: 'chat', chat })).toMatchObject({
    state: 'request',
    asker: { name: 'Boris' },
  });
  expect((await vera.now({ query: 'status' })).unread).toBe(unread);
  await vera.messenger.read(chat, messages.at(-1)?.seq ?? 0);
  await vera.messenger.typing(chat);
  await expect(vera.messenger.send(chat, { text: 'No' })).rejects.toThrow('not-a-member');
  await vera.reopen();
  await new Promise((done) => setTimeout(done, RECEIPT));
  expect((await boris.now(page)).messages.at(-1)?.state).toBe('sent');
  expect((await vera.now(page)).messages.at(-1)?.file?.state).not.toBe('here');
  const { state } = boris.device.conversation(chat).held;
  expect(state.people.map(({ name }) => name)).toEqual(['Boris', '']);

  await vera.messenger.accept(chat);
  await boris.until(page, (shown) => shown.messages.at(-1)?.state === 'read', 'read');
  await boris.people(chat, 2);
  await vera.until(page, (shown) => shown.messages.at(-1)?.file?.state === 'here', 'the file');
  await vera.messenger.send(chat, { text: 'Two for me' });
  expect(await boris.texts(chat, 3)).toContain('Two for me');
  expect(await stateOf(await brought('More pots'))).toBe('active');
});

test('whom a group took out is in it again as before, whoever takes them in', async () => {
  const { person } = vera.device.self;
  await anna.messenger.setAdmin(house, boris.device.self.person, true);
  await boris.until({ query: 'chat', chat: house }, (shown) => shown?.admin === true, 'an admin');
  // As if they had met nowhere but in the house.
  for (const { chat, state } of await vera.now({ query: 'chats' })) {
    if (chat === house || state !== 'active') continue;
    await vera.messenger.leave(chat);
    await vera.until({ query: 'chat', chat }, (shown) => shown?.state === 'left', 'left');
    await vera.messenger.forget(chat);
  }
  vera.device.met.clear();
  expect(await stateOf(await brought('Cups'))).toBe('request');
  await boris.messenger.remove(house, person);
  await vera.until({ query: 'chat', chat: house }, (shown) => shown?.state === 'removed', 'gone');
  await boris.messenger.add(house, [person]);
  const { state } =
    (await vera.until({ query: 'chat', chat: house }, (shown) => shown?.state !== 'removed')) ?? {};
  expect(state).toBe('active');
});
