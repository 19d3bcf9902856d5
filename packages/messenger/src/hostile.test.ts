import { sha256 } from '@noble/hashes/sha2.js';
import { fromHex } from '@polynya/protocol/bytes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatId } from './api.ts';
import { aboutOf } from './conversation/about.ts';
import { capability } from './conversation/capability.ts';
import { makeKeyPackage } from './inbox/key-packages.ts';
import { encodeWelcomePackage, putPackage } from './invite/sealed-blob.ts';
import { house, settled } from './test/house.ts';
import { Rogue } from './test/rogue.ts';
import { type Person, Town } from './test/town.ts';

let town: Town;
let anna: Person;
let vera: Person;
let chat: ChatId;
let rogue: Rogue;

/** Anna's group with Boris and Vera in it, and Boris' device in wrong hands. */
beforeEach(async () => {
  town = await Town.found();
  const group = await house(town);
  const [, boris] = group.members;
  [anna, , vera] = group.members;
  chat = group.chat;
  await boris.close();
  rogue = await Rogue.of(boris, chat);
});

afterEach(async () => {
  rogue.close();
  await town.end();
});

async function goesOn(): Promise<void> {
  const before = (await anna.now({ query: 'messages', chat, limit: 100 })).messages;
  const count = before.filter(({ event }) => event === null).length;
  await vera.messenger.send(chat, { text: 'Still here' });
  expect((await anna.texts(chat, count + 1)).at(-1)).toBe('Still here');
}

/** The same chat, the same people, roles and messages; but for Boris. */
async function goesOnWithoutBoris(): Promise<void> {
  for (const member of [anna, vera]) {
    await member.until(
      { query: 'messages', chat, limit: 50 },
      ({ messages }) => messages.some(({ event }) => event?.event === 'refounded'),
      'that it went on',
    );
    const detail = await member.people(chat, 2);
    expect(detail).toMatchObject({ state: 'active', trouble: null, title: 'The house' });
    expect(detail.people.find(({ admin }) => admin)?.name).toBe('Anna');
    const { messages } = await member.now({ query: 'messages', chat, limit: 50 });
    const event = messages.find((one) => one.event?.event === 'refounded')?.event;
    expect(event).toEqual({ event: 'refounded', without: 'Boris' });
  }
  await goesOn();
  await anna.messenger.send(chat, { text: 'Both ways' });
  expect(await vera.texts(chat, 3)).toEqual(['Hello', 'Still here', 'Both ways']);
  await settled(anna, chat);
}

describe('a member in wrong hands', () => {
  test('who commits what is not lawful is not followed: the others go on without them', async () => {
    const first = rogue.held.group.members[0]?.leaf ?? 0;
    await rogue.commit({ remove: [first] });
    await goesOnWithoutBoris();
  });

  test('who gives the log a foreign capability is not followed either', async () => {
    await rogue.commit({}, new Uint8Array(32).fill(7));
    await goesOnWithoutBoris();
  });

  test('who appends what does not open, or opened before, changes nothing', async () => {
    await rogue.append(new Uint8Array(100).fill(1));
    const body = await rogue.say({ kind: 'text', text: 'Once', reply: null, mentions: [] });
    await rogue.append(body);
    expect(await vera.texts(chat, 2)).toEqual(['Hello', 'Once']);
    await goesOn();
    const { messages } = await vera.now({ query: 'messages', chat, limit: 100 });
    expect(messages.filter(({ text }) => text === 'Once')).toHaveLength(1);
  });

  test('who claims rights by message gets none', async () => {
    const { people } = await anna.people(chat, 3);
    const boris = people.find(({ name }) => name === 'Boris')?.person ?? '';
    await rogue.say({ kind: 'admin', person: fromHex(boris), on: true });
    await goesOn();
    const after = await anna.people(chat, 3);
    expect(after.people.find(({ name }) => name === 'Boris')?.admin).toBe(false);
  });

  test('cannot open or append once removed', async () => {
    const { people } = await anna.people(chat, 3);
    const boris = people.find(({ name }) => name === 'Boris')?.person ?? '';
    await anna.messenger.remove(chat, boris);
    const { cursor } = rogue.held.state;
    await anna.messenger.send(chat, { text: 'Secret' });
    await vera.texts(chat, 2);
    const { entries } = await rogue.log.read(cursor + 1, 100_000);
    expect(entries.every(({ epoch }) => epoch <= rogue.held.group.epoch)).toBe(true);
    await expect(rogue.append(new Uint8Array(100))).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('who says too late that they leave still stands, for all and for who came meanwhile', async () => {
    const other = await anna.messenger.createGroup('Elsewhere');
    const { link } = await anna.messenger.invite(other.chat);
    const dima = await town.device('Dima');
    await dima.messenger.register(link, 'Dima');
    const { people } = await anna.people(other.chat, 2);
    const known = people.find(({ name }) => name === 'Dima')?.person ?? '';
    await anna.messenger.add(chat, [known]);
    await vera.people(chat, 4);
    await rogue.say({ kind: 'leave' });
    await vera.messenger.send(chat, { text: 'Welcome, Dima' });
    expect((await dima.texts(chat, 1)).at(-1)).toBe('Welcome, Dima');
    await anna.texts(chat, 2);
    // Longer than it takes the first in rank to remove who leaves.
    await new Promise((done) => setTimeout(done, 3_000));
    for (const member of [anna, vera, dima]) {
      expect(await member.now({ query: 'chat', chat })).toMatchObject({ state: 'active' });
      await member.people(chat, 4);
    }
  });

  test('who broke a log leads nobody into a group of their own by its name', async () => {
    // She founds a branch before Vera does.
    await anna.close();
    const { engine, self, held, connection, server } = rogue;
    const to = await rogue.take('Vera');
    const own = await makeKeyPackage(engine, self, Date.now(), false);
    const fake = await (await engine.create(held.group.id, own)).commit({ add: [to.keyPackage] });
    await rogue.commit({ remove: [0] }, sha256(await capability(fake.group)));
    const stopped = await vera.until({ query: 'chat', chat }, (one) => one?.state === 'stopped');
    expect(stopped?.trouble).toBe('unlawful-commit');
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const encoded = encodeWelcomePackage({
      welcome: fake.welcome ?? new Uint8Array(0),
      log: held.state.log,
      seq: held.state.cursor + 1,
      hash: held.state.hash,
      about: aboutOf(held.state, self),
      credential: null,
      missed: [],
    });
    await putPackage(connection, secret, server.allowance, encoded);
    await rogue.write(to, { kind: 'welcome', secret });
    await new Promise((done) => setTimeout(done, 2_000));
    expect((await vera.now({ query: 'chat', chat }))?.state).not.toBe('active');
  });
});

describe('a server that tells two stories', () => {
  test('is named by the members, who go on', async () => {
    await rogue.say(
      { kind: 'text', text: 'I saw another log', reply: null, mentions: [] },
      new Uint8Array(6).fill(9),
    );
    for (const member of [anna, vera]) {
      const detail = await member.until({ query: 'chat', chat }, (one) => one?.trouble !== null);
      expect(detail).toMatchObject({ state: 'active', trouble: 'server-lies' });
    }
    await goesOn();
  });

  test('is named too where it left out so much that nobody remembers so far', async () => {
    const body = { kind: 'text' as const, text: 'I saw more', reply: null, mentions: [] };
    await rogue.say(body, new Uint8Array(6), rogue.held.state.cursor + 1_000);
    const detail = await vera.until({ query: 'chat', chat }, (one) => one?.trouble !== null);
    expect(detail).toMatchObject({ state: 'active', trouble: 'server-lies' });
  });
});
