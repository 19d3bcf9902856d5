/** Anna loses her only device, and begins anew with what she wrote on paper. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Person, Town } from '../test/town.ts';

let town: Town;
let anna: Person;
let boris: Person;

beforeEach(async () => {
  town = await Town.found();
  anna = await town.person('Anna');
  boris = await town.person('Boris');
});
afterEach(() => town.end());

test('the phrase takes the root key off the device, once it was typed back', async () => {
  const { phrase } = await anna.messenger.recoveryKit();
  await expect(anna.messenger.keepRecoveryPhrase('0000')).rejects.toMatchObject({
    code: 'phrase-wrong',
  });
  expect((await anna.now({ query: 'devices' })).root).toBe('here');
  const kept: Promise<void>[] = [];
  await town.restartServer(async () => {
    kept.push(anna.messenger.keepRecoveryPhrase(phrase.toLowerCase()));
    await anna.until({ query: 'devices' }, ({ root }) => root === 'writing', 'no backup yet');
  });
  await anna.until({ query: 'devices' }, ({ root }) => root === 'phrase', 'that it finds her');
  await Promise.all(kept);
  await expect(anna.messenger.recoveryKit()).rejects.toMatchObject({ code: 'no-root' });
});

test('who lost every device comes back into each chat, and the lost one is out', async () => {
  const invite = await anna.messenger.invite(null);
  const { chat } = invite;
  await boris.messenger.join(invite.link);
  await anna.people(chat, 2);
  await boris.messenger.send(chat, { text: 'Before the loss' });
  await anna.texts(chat, 1);
  const { me } = await anna.now({ query: 'status' });
  const { phrase, link } = await anna.messenger.recoveryKit();
  await anna.messenger.keepRecoveryPhrase(phrase);
  await anna.close();

  const fresh = await town.device('fresh');
  const { person } = await fresh.messenger.recover(link, phrase, 'A new phone');
  expect(person).toBe(me?.person);
  expect(await fresh.texts(chat, 1)).toEqual(['Before the loss']);
  await fresh.messenger.send(chat, { text: 'I am back' });
  expect(await boris.texts(chat, 2)).toEqual(['Before the loss', 'I am back']);
  const detail = await boris.people(chat, 2);
  expect(detail.people.find(({ name }) => name === 'Anna')).toMatchObject({ devices: 1 });

  await anna.open();
  await anna.until({ query: 'chat', chat }, (one) => one?.state !== 'active', 'that it is out');
  await anna.until({ query: 'status' }, ({ removed }) => removed !== null, 'that it is lost');
});

test('a phrase that nobody set, and a device that has its person, are refused', async () => {
  const { phrase, link } = await anna.messenger.recoveryKit();
  const fresh = await town.device('fresh');
  await expect(fresh.messenger.recover(link, phrase, 'New')).rejects.toMatchObject({
    code: 'not-found',
  });
  await expect(boris.messenger.recover(link, phrase, 'New')).rejects.toMatchObject({
    code: 'already-member',
  });
});
