/** Anna's phone and her laptop, and Boris, over a real server. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MessagePage } from '../api.ts';
import type { LinkView } from '../devices-api.ts';
import { isText, type Person, Town } from '../test/town.ts';
import { linked, linking } from '../test/two-devices.ts';

let town: Town;
let phone: Person;
let boris: Person;

beforeEach(async () => {
  town = await Town.found();
  phone = await town.person('Anna');
  boris = await town.person('Boris');
});
afterEach(() => town.end());

async function meet(): Promise<string> {
  const { link, chat } = await phone.messenger.invite(null);
  await boris.messenger.join(link);
  await phone.people(chat, 2);
  return chat;
}

test('a linked device is the same person, in the same chats, with what was said before', async () => {
  const chat = await meet();
  await phone.messenger.send(chat, { text: 'Before' });
  await boris.texts(chat, 1);
  await boris.messenger.send(chat, { text: 'I heard you' });
  await phone.texts(chat, 2);
  const [before] = (await boris.now({ query: 'messages', chat, limit: 5 })).messages.filter(isText);
  await boris.messenger.react(chat, before?.id ?? '', '🧊');
  const page = { query: 'messages', chat, limit: 50 } as const;
  const reacted = (shown: MessagePage) => shown.messages.some((one) => one.reactions.length > 0);
  await phone.until(page, reacted, 'the reaction');
  const laptop = await linked(town, phone, 'A laptop');

  expect(await laptop.texts(chat, 2)).toEqual(['Before', 'I heard you']);
  expect(reacted(await laptop.now(page))).toBe(true);
  const { messages } = await laptop.now({ query: 'messages', chat, limit: 50 });
  expect(messages.filter(isText).map(({ mine }) => mine)).toEqual([true, false]);
  expect(messages.some(({ event }) => event?.event === 'given')).toBe(true);

  await laptop.messenger.send(chat, { text: 'From the laptop' });
  await boris.messenger.send(chat, { text: 'To both' });
  for (const device of [phone, laptop, boris]) {
    const said = await device.texts(chat, 4);
    expect(said.toSorted()).toEqual(['Before', 'From the laptop', 'I heard you', 'To both']);
  }
  const detail = await boris.people(chat, 2);
  expect(detail.people.find(({ name }) => name === 'Anna')).toMatchObject({ devices: 2 });
  const [me, her] = await Promise.all([phone, laptop].map((one) => one.now({ query: 'status' })));
  expect(her?.me).toEqual(me?.me);
});

test('what one device read is read on the other', async () => {
  const chat = await meet();
  const laptop = await linked(town, phone, 'A laptop');
  await laptop.until({ query: 'chat', chat }, (one) => one?.state === 'active');
  await boris.messenger.send(chat, { text: 'New' });
  const unread = (n: number) => (one: { readonly unread: number } | null) => one?.unread === n;
  for (const device of [phone, laptop]) await device.until({ query: 'chat', chat }, unread(1));
  const { messages } = await laptop.now({ query: 'messages', chat, limit: 5 });
  await laptop.messenger.read(chat, messages.at(-1)?.seq ?? 0);
  await phone.until({ query: 'chat', chat }, unread(0), 'that it was read elsewhere');
});

test('both devices show one check, and nothing happens before it is confirmed', async () => {
  const laptop = await town.device('laptop');
  const { old, fresh } = await linking(phone, laptop, 'A laptop');
  expect(old.check).toMatch(/^\d{6}$/);
  expect(fresh.check).toBe(old.check);
  expect([old.name, fresh.name]).toEqual(['A laptop', 'Anna']);
  const { devices } = await phone.now({ query: 'devices' });
  expect(devices).toHaveLength(1);
  await phone.messenger.cancelLink();
  const { link } = await phone.now({ query: 'devices' });
  expect(link).toMatchObject({ state: 'failed', problem: 'link-over' });
  expect((await laptop.now({ query: 'status' })).me).toBeNull();
});

test('a code is good for one device', async () => {
  const [first, second] = [await town.device('first'), await town.device('second')];
  const { link } = await phone.messenger.linkDevice();
  const one = first.messenger.openLink(link ?? '', 'First');
  one.catch(() => undefined);
  const comparing = ({ link: view }: { readonly link: LinkView | null }) =>
    view?.state === 'compare';
  await first.until({ query: 'devices' }, comparing);
  await expect(second.messenger.openLink(link ?? '', 'Second')).rejects.toMatchObject({
    code: 'link-over',
  });
  await phone.messenger.confirmLink();
  await one;
  const third = await town.device('third');
  await expect(third.messenger.openLink(link ?? '', 'Third')).rejects.toMatchObject({
    code: 'link-over',
  });
});

test('a link that is no code is refused, and so is a code on a device that has its person', async () => {
  const { link } = await phone.messenger.linkDevice();
  await expect(boris.messenger.openLink(link ?? '', 'Boris')).rejects.toMatchObject({
    code: 'already-member',
  });
  const laptop = await town.device('laptop');
  await expect(
    laptop.messenger.openLink(await town.serverInvite(), 'A laptop'),
  ).rejects.toMatchObject({ code: 'invite-malformed' });
});

test('both devices may end at once: the chats come when they are there again', async () => {
  const chat = await meet();
  await phone.messenger.send(chat, { text: 'Before' });
  await phone.texts(chat, 1);
  const laptop = await linked(town, phone, 'A laptop');
  await Promise.all([phone.close(), laptop.close()]);
  await laptop.open();
  expect((await laptop.now({ query: 'status' })).me?.name).toBe('Anna');
  await phone.open();
  expect(await laptop.texts(chat, 1)).toEqual(['Before']);
});
