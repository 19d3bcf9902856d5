import { systemClock } from '@polynya/reach/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Town } from './test/town.ts';

const DAY = 86_400_000;

/** Everybody's clock: a test may turn it. */
const clock = { ...systemClock, ahead: 0, now: () => Date.now() + clock.ahead };

let town: Town;
beforeEach(async () => {
  clock.ahead = 0;
  town = await Town.found({ clock });
});
afterEach(() => town.end());

test('a member who was away for weeks follows, though invites of that time have expired', async () => {
  const anna = await town.person('Anna', { clock });
  const { chat } = await anna.messenger.createGroup('The house');
  const { link } = await anna.messenger.invite(chat);
  const vera = await town.device('Vera', { clock });
  await vera.messenger.register(link, 'Vera');
  await vera.close();
  const second = await anna.messenger.invite(chat);
  const boris = await town.device('Boris', { clock });
  await boris.messenger.register(second.link, 'Boris');
  await boris.messenger.send(chat, { text: 'Where is Vera?' });
  await anna.texts(chat, 1);
  for (const member of [anna, boris]) await member.close();
  clock.ahead = 20 * DAY;
  await town.restartServer();
  for (const member of [anna, boris, vera]) await member.open();
  expect(await vera.texts(chat, 1)).toEqual(['Where is Vera?']);
  await vera.messenger.send(chat, { text: 'Back' });
  expect(await boris.texts(chat, 2)).toEqual(['Where is Vera?', 'Back']);
});

test('an invite nobody used is taken back when its week is over', async () => {
  const anna = await town.person('Anna', { clock });
  const { chat, link } = await anna.messenger.invite(null);
  await anna.close();
  clock.ahead = 8 * DAY;
  await town.restartServer();
  await anna.open();
  await anna.until({ query: 'chat', chat }, (one) => one?.invites.length === 0, 'no invite');
  const boris = await town.device('Boris', { clock });
  await expect(
    (async () => {
      for (;;) await boris.messenger.preview(link);
    })(),
  ).rejects.toMatchObject({ code: 'invite-used' });
});

test('who left and comes by a new link is in again', async () => {
  const anna = await town.person('Anna');
  const { chat } = await anna.messenger.createGroup('The house');
  const { link } = await anna.messenger.invite(chat);
  const boris = await town.device('Boris');
  await boris.messenger.register(link, 'Boris');
  await boris.messenger.send(chat, { text: 'First' });
  await anna.texts(chat, 1);
  await boris.messenger.leave(chat);
  await anna.people(chat, 1);
  await anna.messenger.send(chat, { text: 'Unheard' });
  const again = await anna.messenger.invite(chat);
  await boris.messenger.join(again.link);
  await anna.people(chat, 2);
  await anna.messenger.send(chat, { text: 'Second' });
  expect(await boris.texts(chat, 2)).toEqual(['First', 'Second']);
});

test('a group refuses one device more than it may have, clearly', async () => {
  const anna = await town.person('Anna', { maxMembers: 6 });
  const { chat } = await anna.messenger.createGroup('The house');
  await Promise.all(Array.from({ length: 5 }, () => anna.messenger.invite(chat)));
  await expect(anna.messenger.invite(chat)).rejects.toMatchObject({ code: 'group-full' });
  const detail = await anna.now({ query: 'chat', chat });
  expect(detail?.invites).toHaveLength(5);
});
