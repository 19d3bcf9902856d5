/** What a person's devices share, and how one is taken out. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatDetail, ChatId, Compared } from '../api.ts';
import { Rogue } from '../test/rogue.ts';
import { type Person, Town } from '../test/town.ts';
import { linked } from '../test/two-devices.ts';

let town: Town;
let phone: Person;
let laptop: Person;
let boris: Person;
let chat: ChatId;

beforeEach(async () => {
  town = await Town.found();
  phone = await town.person('Anna');
  boris = await town.person('Boris');
  const invite = await phone.messenger.invite(null);
  chat = invite.chat;
  await boris.messenger.join(invite.link);
  await phone.people(chat, 2);
  laptop = await linked(town, phone, 'A laptop');
  for (const device of [phone, laptop]) {
    await device.until({ query: 'devices' }, ({ saved }) => saved !== null, 'saved messages');
    await device.until({ query: 'chat', chat }, (one) => one?.state === 'active', 'the chat');
  }
});
afterEach(() => town.end());

async function idOf(device: Person): Promise<string> {
  const { devices } = await device.now({ query: 'devices' });
  return devices.find(({ here }) => here)?.device ?? '';
}

describe('own devices share', () => {
  test('what is noted about a chat, drafts and folders', async () => {
    await phone.messenger.mark(chat, { pinned: true, muted: true });
    await phone.messenger.keepDraft(chat, 'half a sen');
    await phone.messenger.setFolders([{ name: 'Family', chats: [chat] }]);
    await laptop.until({ query: 'chat', chat }, (one) => one?.marks.pinned === true, 'the mark');
    await laptop.until(
      { query: 'drafts' },
      (drafts) => drafts[0]?.text === 'half a sen' && drafts[0].chat === chat,
      'the draft',
    );
    await laptop.until({ query: 'folders' }, ([one]) => one?.chats[0] === chat, 'the folder');
    await laptop.messenger.mark(chat, { pinned: false });
    await phone.until({ query: 'chat', chat }, (one) => one?.marks.pinned === false, 'unpinned');
    const { marks } = (await boris.now({ query: 'chat', chat })) ?? {};
    expect(marks).toMatchObject({ pinned: false, muted: false });
    // Whoever starts anew does not know what the others have.
    await phone.reopen();
    await phone.messenger.keepDraft(chat, '');
    await laptop.until({ query: 'drafts' }, (drafts) => drafts.length === 0, 'no draft');
  });

  test('a chat of their own, "Saved messages"', async () => {
    const { saved } = await phone.now({ query: 'devices' });
    await phone.messenger.send(saved ?? '', { text: 'Milk' });
    expect(await laptop.texts(saved ?? '', 1)).toEqual(['Milk']);
    expect((await laptop.now({ query: 'chat', chat: saved ?? '' }))?.saved).toBe(true);
    expect(await laptop.messenger.openSaved()).toEqual({ chat: saved });
    for (const refused of [
      laptop.messenger.invite(saved),
      laptop.messenger.leave(saved ?? ''),
      laptop.messenger.setTitle(saved ?? '', 'Ours'),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'not-allowed' });
    }
  });

  test("the person's name, and what each of them is called", async () => {
    await phone.messenger.renameDevice('A phone');
    await laptop.until(
      { query: 'devices' },
      ({ devices }) => devices.some(({ name, here }) => name === 'A phone' && !here),
      'the name of the other',
    );
    await laptop.messenger.rename('Anya');
    await phone.until({ query: 'status' }, ({ me }) => me?.name === 'Anya', 'the new name');
    await boris.until({ query: 'chat', chat }, (one) => one?.title === 'Anya');
  });

  test('whom the person blocked', async () => {
    const { people } = await phone.people(chat, 2);
    const his = people.find(({ name }) => name === 'Boris')?.person ?? '';
    await phone.messenger.block(his, true);
    await laptop.until(
      { query: 'chat', chat },
      (one) => one?.blocked === true,
      'that he is blocked',
    );
  });

  test('with whom the person compared safety numbers', async () => {
    const { people } = await laptop.people(chat, 2);
    const his = people.find(({ me }) => !me)?.person ?? '';
    await laptop.messenger.compare(his, true);
    const isSame = (one: ChatDetail | null) =>
      one?.people.some(({ compared }) => compared === 'same') ?? false;
    await phone.until({ query: 'chat', chat }, isSame, 'that they did');
  });

  test('every chat that one of them comes into later', async () => {
    const { chat: group } = await boris.messenger.createGroup('The house');
    const { link } = await boris.messenger.invite(group);
    await laptop.messenger.join(link);
    await phone.until({ query: 'chat', chat: group }, (one) => one?.state === 'active', 'it');
    await boris.people(group, 2);
    await phone.messenger.send(group, { text: 'Both are here' });
    expect(await laptop.texts(group, 1)).toEqual(['Both are here']);
  });
});

describe('for every member a person is one', () => {
  test('who is an admin is one on each device', async () => {
    const { chat: group } = await phone.messenger.createGroup('The house');
    const his = (await phone.people(chat, 2)).people.find(({ me }) => !me)?.person ?? '';
    await phone.messenger.add(group, [his]);
    await laptop.people(group, 2);
    await laptop.messenger.remove(group, his);
    await boris.until({ query: 'chat', chat: group }, (one) => one?.state === 'removed');
    expect((await phone.people(group, 1)).people[0]).toMatchObject({ me: true, devices: 2 });
  });

  test('who leaves goes with every device', async () => {
    const { chat: group } = await boris.messenger.createGroup('The house');
    const { link } = await boris.messenger.invite(group);
    await phone.messenger.join(link);
    await laptop.until({ query: 'chat', chat: group }, (one) => one?.state === 'active', 'it');
    await laptop.messenger.leave(group);
    await boris.people(group, 1);
    for (const device of [phone, laptop]) {
      await device.until({ query: 'chat', chat: group }, (one) => one?.state === 'left', 'the end');
    }
  });

  test('what either device has is delivered', async () => {
    await laptop.close();
    const { id } = await boris.messenger.send(chat, { text: 'To whichever is there' });
    const page = { query: 'messages', chat, limit: 9 } as const;
    await boris.until(page, ({ messages }) =>
      messages.some((one) => one.id === id && one.state === 'delivered'),
    );
  });
});

describe('a safety number that was compared', () => {
  const comparedWith = (name: string, as: Compared) => (one: ChatDetail | null) =>
    one?.people.some((other) => other.name === name && other.compared === as) ?? false;

  test('is to be compared again once a device came to whom it is of', async () => {
    const hers = (await boris.people(chat, 2)).people.find(({ me }) => !me)?.person ?? '';
    await boris.messenger.compare(hers, true);
    await boris.until({ query: 'chat', chat }, comparedWith('Anna', 'same'), 'that it is the same');
    const tablet = await linked(town, phone, 'A tablet');
    await boris.until({ query: 'chat', chat }, comparedWith('Anna', 'new-device'), 'the tablet');
    await boris.messenger.compare(hers, true);
    await boris.until({ query: 'chat', chat }, comparedWith('Anna', 'same'), 'that it is again');
    await tablet.close();
  });

  test('is known to own devices that come later', async () => {
    const his = (await phone.people(chat, 2)).people.find(({ me }) => !me)?.person ?? '';
    await phone.messenger.compare(his, true);
    const tablet = await linked(town, laptop, 'A tablet');
    await tablet.until({ query: 'chat', chat }, comparedWith('Boris', 'same'), 'that they did');
  });

  test('says nothing of another person who has that name', async () => {
    const his = (await phone.people(chat, 2)).people.find(({ me }) => !me)?.person ?? '';
    await phone.messenger.compare(his, true);
    // Which names there are is known from the list, which every view asks for.
    await phone.now({ query: 'chats' });
    const other = await town.person('BORIS');
    const { chat: second, link } = await phone.messenger.invite(null);
    await other.messenger.join(link);
    await phone.until({ query: 'chat', chat: second }, comparedWith('BORIS', 'namesake'), 'that');
    const { chat: group } = await phone.messenger.createGroup('The house');
    const theirs = (await phone.people(second, 2)).people.find(({ me }) => !me)?.person ?? '';
    await phone.messenger.add(group, [his, theirs]);
    await phone.people(group, 3);
    await phone.until({ query: 'chat', chat: group }, comparedWith('Boris', 'same'));
    await phone.until({ query: 'chat', chat: group }, comparedWith('BORIS', 'namesake'));
    await phone.messenger.compare(theirs, false);
    await phone.until(
      { query: 'chat', chat: group },
      comparedWith('BORIS', null),
      'that it is not',
    );
  });
});

describe('a device that is taken out of the list', () => {
  test('hears it, and reads nothing that is said afterwards', async () => {
    await phone.messenger.renameDevice('A phone');
    await phone.messenger.removeDevice(await idOf(laptop));
    await laptop.until({ query: 'status' }, ({ removed }) => removed !== null, 'that it is out');
    const { devices } = await phone.now({ query: 'devices' });
    expect(devices.map(({ name }) => name)).toEqual(['A phone']);
    await boris.until(
      { query: 'chat', chat },
      (one) => one?.people.find(({ name }) => name === 'Anna')?.devices === 1,
      'one device',
    );
    await boris.messenger.send(chat, { text: 'To the phone alone' });
    await phone.texts(chat, 1);
    await laptop.until({ query: 'chat', chat }, (one) => one?.state === 'left');
    const { messages } = await laptop.now({ query: 'messages', chat, limit: 9 });
    expect(messages.map(({ text }) => text)).not.toContain('To the phone alone');
  });

  test('may be the one that it is done on', async () => {
    await laptop.messenger.removeDevice(await idOf(laptop));
    await laptop.until({ query: 'status' }, ({ removed }) => removed !== null);
    await phone.until({ query: 'devices' }, ({ devices }) => devices.length === 1);
    await boris.until(
      { query: 'chat', chat },
      (one) => one?.people.find(({ name }) => name === 'Anna')?.devices === 1,
    );
  });

  test('writes no letters any more that others take', async () => {
    await laptop.close();
    const rogue = await Rogue.of(laptop, chat);
    await phone.messenger.removeDevice(Buffer.from(rogue.self.device.publicKey).toString('hex'));
    await boris.until(
      { query: 'chat', chat },
      (one) => one?.people.find(({ name }) => name === 'Anna')?.devices === 1,
    );
    const { log, cursor: seq } = rogue.held.state;
    const { keyPackage } = await rogue.take('Boris');
    await rogue.write(await rogue.take('Boris'), { kind: 'rejoin', log, seq, keyPackage });
    await expect
      .poll(() => boris.log, { timeout: 10_000 })
      .toContain('a letter of a device that its person took out was passed over');
    rogue.close();
  });

  test('is never the last one', async () => {
    await expect(boris.messenger.removeDevice(await idOf(boris))).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });
});

test('a device that was away is in every chat once it comes back, whatever was closed meanwhile', async () => {
  await laptop.close();
  const { chat: group } = await phone.messenger.createGroup('Made meanwhile');
  await phone.messenger.send(group, { text: 'You were away' });
  await phone.texts(group, 1);
  await phone.reopen();
  await laptop.open();
  expect(await laptop.texts(group, 1)).toEqual(['You were away']);
});

test('two devices that let others in at once make one list', async () => {
  const [tablet, terminal] = await Promise.all([
    linked(town, phone, 'A tablet'),
    linked(town, laptop, 'A terminal'),
  ]);
  const all = [phone, laptop, tablet, terminal];
  const lists = await Promise.all(
    all.map((device) =>
      device.until({ query: 'devices' }, ({ devices }) => devices.length === 4, 'four devices'),
    ),
  );
  const [first, ...others] = lists.map(({ devices }) => devices.map(({ device }) => device));
  for (const other of others) expect(other).toEqual(first);
  expect(lists.some(({ forked }) => forked)).toBe(false);
  for (const device of all) {
    await device.until({ query: 'chat', chat }, (one) => one?.state === 'active', 'the chat');
  }
  await terminal.messenger.send(chat, { text: 'Four of one' });
  expect(await boris.texts(chat, 1)).toEqual(['Four of one']);
});
