/** Three people of one house, a real server that goes and comes, and files between them. */
import { encodeParcel, type Note, signedOf } from '@polynya/protocol/carried';
import { encodeMessage, type KnownContent } from '@polynya/protocol/content';
import { systemRandom } from '@polynya/reach/clock';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { MessageView } from '../api.ts';
import { house } from '../test/house.ts';
import { isText, type Person, Town } from '../test/town.ts';
import { sealBundle } from './bundle.ts';
import { carryKey, keysOf } from './keys.ts';

let town: Town;
let chat: string;
let anna: Person;
let boris: Person;
let vera: Person;

beforeAll(async () => {
  town = await Town.found();
  const founded = await house(town);
  ({ chat } = founded);
  [anna, boris, vera] = founded.members;
}, 120_000);
afterAll(() => town.end());

async function shown(person: Person): Promise<MessageView[]> {
  const { messages } = await person.now({ query: 'messages', chat, limit: 100 });
  return messages.filter(isText);
}

/** Messages, those that were not there, those that nobody known has signed. */
async function takenBy(person: Person, file: Uint8Array): Promise<number[]> {
  const { messages, fresh, strange } = await person.carry.in(file);
  return [messages, fresh.length, strange];
}

const texts = (messages: readonly MessageView[]) => messages.map(({ text }) => text);

test('without a server what is carried is read, passed on, and merged into one order later', async () => {
  const members = [anna, boris, vera];
  await town.restartServer(async () => {
    await anna.messenger.send(chat, { text: 'the line is gone' });
    await anna.messenger.send(chat, { text: 'come over' });
    const { file, messages } = await anna.carry.out();
    expect(messages).toBe(2);
    expect(await takenBy(boris, file)).toEqual([2, 2, 0]);
    expect(await takenBy(boris, file)).toEqual([2, 0, 0]);
    const [first, last] = (await shown(boris)).slice(-2);
    expect(first).toMatchObject({ name: 'Anna', text: 'the line is gone', mine: false, seq: null });
    expect(last?.text).toBe('come over');

    await boris.messenger.send(chat, { text: 'on my way' });
    // Everything that the server does not have goes along, whoever wrote it.
    expect(await takenBy(vera, (await boris.carry.out()).file)).toEqual([3, 3, 0]);
    expect(await takenBy(anna, (await vera.carry.out()).file)).toEqual([3, 1, 0]);
    await anna.reopen();
    expect(texts(await shown(anna)).slice(-1)).toEqual(['on my way']);
  });
  const page = { query: 'messages', chat, limit: 100 } as const;
  const orders: string[][] = [];
  for (const member of members) {
    const { messages } = await member.until(
      page,
      (now) => now.messages.filter(isText).every(({ seq }) => seq !== null),
      'everything in the log',
    );
    orders.push(texts(messages.filter(isText)));
  }
  expect(orders[0]?.toSorted()).toEqual(['Hello', 'come over', 'on my way', 'the line is gone']);
  expect(orders[1]).toEqual(orders[0]);
  expect(orders[2]).toEqual(orders[0]);
}, 120_000);

test('a member with a line hands in what another wrote, who brings it along later and says it once', async () => {
  let file = new Uint8Array();
  await town.restartServer(async () => {
    await anna.messenger.send(chat, { text: 'from the mountains' });
    file = new Uint8Array((await anna.carry.out()).file);
    await anna.close();
  });
  await boris.carry.in(file);
  await boris.until({ query: 'status' }, ({ line, syncing }) => line === 'online' && !syncing);
  expect(await boris.carry.handIn()).toBe(1);
  expect(await boris.carry.handIn()).toBe(0);
  expect((await vera.texts(chat, 5)).at(-1)).toBe('from the mountains');
  const there = (await shown(vera)).at(-1);
  expect(there).toMatchObject({ name: 'Anna', relayedBy: null });
  expect(there?.seq).toBeGreaterThan(0);

  await anna.open();
  await anna.messenger.send(chat, { text: 'back home' });
  for (const member of [anna, boris, vera]) {
    expect((await member.texts(chat, 6)).slice(4)).toEqual(['from the mountains', 'back home']);
  }
  await anna.until({ query: 'status' }, ({ sending }) => sending === 0, 'an empty outbox');
}, 120_000);

test('who has not heard of the last Commits, and who has, read each other', async () => {
  await vera.close();
  // An invite adds a seat: the epoch goes on, and Vera does not hear of it.
  await anna.messenger.invite(chat);
  const { epoch } = anna.device.conversation(chat).held.group;
  await boris.until({ query: 'chat', chat }, () => {
    return boris.device.conversation(chat).held.group.epoch === epoch;
  });
  await boris.messenger.send(chat, { text: 'while you were away' });
  await anna.texts(chat, 7);
  await town.restartServer(async () => {
    await vera.open();
    expect(vera.device.conversation(chat).held.group.epoch).toBeLessThan(epoch);
    await vera.messenger.send(chat, { text: 'left behind' });
    await boris.carry.in((await vera.carry.out()).file);
    expect((await shown(boris)).at(-1)).toMatchObject({ name: 'Vera', text: 'left behind' });
    await boris.messenger.send(chat, { text: 'gone ahead' });
    await vera.carry.in((await boris.carry.out()).file);
    // What Boris brought into the log, which Vera has not seen, comes along.
    const [first, last] = (await shown(vera)).slice(-2);
    expect(first).toMatchObject({ name: 'Boris', text: 'while you were away', seq: null });
    expect(last).toMatchObject({ name: 'Boris', text: 'gone ahead' });
  });
  for (const person of [anna, boris, vera]) {
    const all = await person.texts(chat, 9);
    expect(new Set(all).size).toBe(9);
    expect(all).toContain('while you were away');
  }
}, 120_000);

describe('a file is refused', () => {
  test('by who is in none of its chats, when it is damaged, cut short or too long', async () => {
    const stranger = await town.device('Stranger');
    const file = await bundled([await noteBy(anna, 'text', 'for the house')]);
    const refused = (given: Uint8Array, by = boris) =>
      by.carry.in(given).catch(({ name, code }) => `${name} ${code}`);
    expect(await refused(file, stranger)).toBe('CarryError not-for-us');
    expect(await refused(new Uint8Array())).toBe('CarryError not-for-us');
    expect(await refused(new Uint8Array(file.slice(0, 700)))).toBe('CarryError damaged');
    expect(await refused(new Uint8Array(16_777_217))).toBe('CarryError too-big');
    expect((await shown(boris)).map(({ text }) => text)).not.toContain('for the house');
  }, 60_000);

  test('note by note, where nobody of the chat signed it, or it is nothing that people say', async () => {
    const good = await noteBy(anna, 'text', 'said by Anna');
    const forged = { ...(await noteBy(vera, 'text', 'never said')), device: good.device };
    const moved = { ...good, id: systemRandom(16) };
    const title = await noteBy(anna, 'title', 'Not by this way');
    const file = await bundled([forged, moved, title, good]);
    expect(await takenBy(boris, file)).toEqual([4, 1, 3]);
    expect((await shown(boris)).at(-1)).toMatchObject({ name: 'Anna', text: 'said by Anna' });
    const detail = await boris.now({ query: 'chat', chat });
    expect(detail).toMatchObject({ title: 'The house', trouble: null });
  }, 60_000);
});

test('keys of epochs that ended a week ago are not used, and are gone once the device opens', async () => {
  const { store, clock } = anna.device.ports;
  const week = 7 * 86_400_000 + 60_000;
  const opening = async (now: number) => {
    const at = { store, clock: { ...clock, now: () => now } };
    return (await keysOf(at, anna.device.conversation(chat))).opening.length;
  };
  expect(await opening(clock.now())).toBeGreaterThan(1);
  expect(await opening(clock.now() + week)).toBe(1);
  const kept = () => anna.device.ports.store.range('entry', { from: 'key/', to: 'key0' });
  await anna.reopen();
  expect((await kept()).length).toBeGreaterThan(0);
  const real = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + week);
  try {
    await anna.reopen();
    await expect.poll(kept).toEqual([]);
  } finally {
    vi.restoreAllMocks();
  }
}, 60_000);

/** As any member can make one, in Anna's name or their own. */
async function noteBy(person: Person, kind: 'text' | 'title', said: string): Promise<Note> {
  const { self } = person.device;
  const { log } = person.device.conversation(chat).held.state;
  const body: KnownContent =
    kind === 'text' ? { kind, text: said, reply: null, mentions: [] } : { kind, title: said };
  const frame = { at: 0, seq: 0, hash: new Uint8Array(6), authenticator: new Uint8Array(4) };
  const message = encodeMessage({ ...frame, body });
  const id = systemRandom(16);
  const signature = await self.sign(signedOf(log, { id, message }));
  return { id, device: self.device.publicKey, message, signature };
}

async function bundled(notes: readonly Note[]): Promise<Uint8Array> {
  const { group } = anna.device.conversation(chat).held;
  const plain = encodeParcel(notes);
  return sealBundle([{ keys: [await carryKey(group)], plain }], systemRandom);
}
