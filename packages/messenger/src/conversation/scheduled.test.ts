/** What is to be said later is said once, when its time has come or as soon as the device runs after that. */
import { systemClock } from '@polynya/reach/clock';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChatId } from '../api.ts';
import { type Person, Town } from '../test/town.ts';

const HOUR = 3_600_000;

/** Anna's, which a test may turn. */
const clock = { ...systemClock, ahead: 0, now: () => Date.now() + clock.ahead };

let town: Town;
let anna: Person;
let boris: Person;
let chat: ChatId;

beforeAll(async () => {
  town = await Town.found();
  anna = await town.person('Anna', { clock });
  const invite = await anna.messenger.invite(null);
  ({ chat } = invite);
  boris = await town.device('Boris');
  await boris.messenger.register(invite.link, 'Boris');
});
afterAll(() => town.end());
beforeEach(async () => {
  await anna.until({ query: 'chat', chat }, (shown) => shown?.scheduled === 0, 'nothing waiting');
});

const waiting = async () => (await anna.messenger.scheduled(chat)).map(({ text }) => text);

test('it waits in order, is changed, taken back, or said at once', async () => {
  const at = clock.now() + HOUR;
  const { messenger } = anna;
  const second = await messenger.schedule(chat, { text: 'second', at: at + 1 });
  const first = await messenger.schedule(chat, { text: 'first', at });
  await messenger.schedule(chat, { text: 'third', at: at + 2 });
  expect(await waiting()).toEqual(['first', 'second', 'third']);
  await messenger.schedule(chat, { text: 'last', at: at + 3, silent: true }, first.id);
  await messenger.unschedule(chat, second.id);
  expect((await anna.now({ query: 'chat', chat }))?.scheduled).toBe(2);
  await messenger.sendScheduled(chat, first.id);
  expect(await boris.texts(chat, 1)).toEqual(['last']);
  const { messages } = await boris.now({ query: 'messages', chat, limit: 1 });
  expect(messages[0]).toMatchObject({ silent: true, planned: null });
  expect((await boris.now({ query: 'chats' }))[0]?.last?.silent).toBe(true);
  await expect(messenger.sendScheduled(chat, first.id)).rejects.toThrow('not-found');
  await expect(messenger.schedule(chat, { text: ' ', at })).rejects.toThrow('nothing to say');
  const [third] = await messenger.scheduled(chat);
  await messenger.unschedule(chat, third?.id ?? '');
});

test('a change of words or time leaves what it answers and whom it names', async () => {
  const { me } = await boris.now({ query: 'status' });
  const mentions = [me?.person ?? ''];
  const { messages: said } = await anna.now({ query: 'messages', chat, limit: 1 });
  const reply = said[0]?.id ?? '';
  const at = clock.now() + HOUR;
  const { id } = await anna.messenger.schedule(chat, { text: '@Boris', at, reply, mentions });
  await anna.messenger.schedule(chat, { text: '@Boris!', at: at + 1 }, id);
  await anna.messenger.sendScheduled(chat, id);
  expect(await boris.texts(chat, 2)).toEqual(['last', '@Boris!']);
  const { messages } = await boris.now({ query: 'messages', chat, limit: 1 });
  expect(messages[0]).toMatchObject({ reply: { id: reply }, mentions });
});

test('it is said by itself when its time comes', async () => {
  await anna.messenger.schedule(chat, { text: 'soon', at: clock.now() + 300 });
  expect(await boris.texts(chat, 3)).toEqual(['last', '@Boris!', 'soon']);
  const { messages } = await anna.now({ query: 'messages', chat, limit: 1 });
  expect(messages[0]?.planned).toBeNull();
});

test('late, once, and shown so, where the device did not run at its time', async () => {
  const at = clock.now() + HOUR;
  const { id } = await anna.messenger.schedule(chat, { text: 'at nine', at });
  await anna.close();
  clock.ahead += 2 * HOUR;
  await anna.open();
  await boris.texts(chat, 4);
  await anna.reopen();
  const { messages } = await anna.until(
    { query: 'messages', chat, limit: 9 },
    (shown) => shown.messages.at(-1)?.seq !== null,
  );
  expect(messages.filter(({ text }) => text === 'at nine')).toMatchObject([{ id, planned: at }]);
  expect(await boris.texts(chat, 4)).toEqual(['last', '@Boris!', 'soon', 'at nine']);
  expect(await waiting()).toEqual([]);
});

test('to somebody blocked nothing is said when its time comes, nor once they are not any more', async () => {
  const { person } = boris.device.self;
  await anna.messenger.schedule(chat, { text: 'see you', at: clock.now() + HOUR });
  await anna.messenger.block(person, true);
  clock.ahead += 2 * HOUR;
  await anna.messenger.kick();
  await anna.until({ query: 'chat', chat }, (shown) => shown?.scheduled === 0, 'nothing waiting');
  await anna.messenger.block(person, false);
  await anna.messenger.kick();
  await anna.messenger.send(chat, { text: 'hello again' });
  expect((await boris.texts(chat, 5)).slice(-2)).toEqual(['at nine', 'hello again']);
});
