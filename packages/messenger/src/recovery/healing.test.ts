/** A device whose own state is damaged while others go on, and a chat of two in which nobody else is left. */
import { decodeHead, encodeHead } from '@polynya/mls/engine/head-record';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChatId } from '../api.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { happened, house } from '../test/house.ts';
import { Rogue } from '../test/rogue.ts';
import { type Person, Town } from '../test/town.ts';

let town: Town;
beforeEach(async () => {
  town = await Town.found();
});
afterEach(() => town.end());

/** From the next Commit on this device derives other secrets than everybody else. */
async function damage(person: Person, chat: ChatId): Promise<void> {
  await person.close();
  const store = await openSqliteStore(person.path);
  const key = `${chat}/group/head`;
  const head = decodeHead(await store.get('group', key));
  if (head.membership.is !== 'member') throw new Error('no member');
  const { secrets } = head.membership;
  const damaged = { ...secrets, initSecret: systemRandom(secrets.initSecret.length) };
  const membership = { ...head.membership, secrets: damaged };
  await store.apply([{ table: 'group', key, value: encodeHead({ ...head, membership }) }]);
  await store.close();
  await person.open();
}

async function two(): Promise<{ chat: ChatId; anna: Person; boris: Person }> {
  const anna = await town.person('Anna');
  const { link, chat } = await anna.messenger.invite(null);
  const boris = await town.device('Boris');
  await boris.messenger.register(link, 'Boris');
  for (const member of [anna, boris]) await member.people(chat, 2);
  await anna.until({ query: 'chat', chat }, (one) => one?.invites.length === 0);
  await anna.messenger.send(chat, { text: 'Hello' });
  await boris.texts(chat, 1);
  return { chat, anna, boris };
}

test('a device that alone cannot follow a Commit founds nothing, and is let in again by those who do', async () => {
  const { chat, members } = await house(town);
  const [anna, boris, vera] = members;
  await damage(vera, chat);
  await boris.messenger.invite(chat);
  await vera.until({ query: 'chat', chat }, (one) => one?.state === 'stopped', 'the break');
  await vera.messenger.send(chat, { text: 'Lost' }).catch(() => undefined);
  await anna.messenger.send(chat, { text: 'Vera?' });
  expect(await vera.texts(chat, 2)).toEqual(['Hello', 'Vera?']);
  await vera.until({ query: 'chat', chat }, (one) => one?.state === 'active', 'that it goes on');
  await vera.messenger.send(chat, { text: 'Here' });
  expect((await anna.texts(chat, 3)).at(-1)).toBe('Here');
  const { messages } = await vera.now({ query: 'messages', chat, limit: 50 });
  expect(messages.some(({ event }) => event?.event === 'refounded')).toBe(false);
});

test('of two, one whose state is damaged is let in again by the other', async () => {
  const { chat, anna, boris } = await two();
  await damage(anna, chat);
  await boris.messenger.invite(chat);
  await anna.until({ query: 'chat', chat }, (one) => one?.state === 'stopped', 'the break');
  await anna.until({ query: 'chat', chat }, (one) => one?.state === 'active', 'that it goes on');
  await anna.messenger.send(chat, { text: 'Here again' });
  expect((await boris.texts(chat, 2)).at(-1)).toBe('Here again');
});

test('a chat of two that the other side broke goes on with both once the other asks', async () => {
  const { chat, anna, boris } = await two();
  await boris.close();
  const rogue = await Rogue.of(boris, chat);
  await rogue.commit({ remove: [rogue.held.group.members[0]?.leaf ?? 0] });
  rogue.close();
  await anna.until({ query: 'chat', chat }, (one) => one?.state === 'stopped', 'the break');
  await boris.open();
  for (const member of [anna, boris]) await happened(member, chat, 'refounded');
  await anna.messenger.send(chat, { text: 'Again' });
  expect((await boris.texts(chat, 2)).at(-1)).toBe('Again');
  await boris.messenger.send(chat, { text: 'Yes' });
  expect((await anna.texts(chat, 3)).at(-1)).toBe('Yes');
});
