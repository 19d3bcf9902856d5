import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AppStatus } from './api.ts';
import { type Person, Town } from './test/town.ts';

let town: Town;
beforeEach(async () => {
  town = await Town.found();
});
afterEach(() => town.end());

const STATUS = { query: 'status' } as const;
const caughtUp = ({ line, syncing }: AppStatus) => line === 'online' && !syncing;

async function pair(): Promise<{ anna: Person; boris: Person; chat: string }> {
  const anna = await town.person('Anna');
  const { link, chat } = await anna.messenger.invite(null);
  const boris = await town.device('Boris');
  await boris.messenger.register(link, 'Boris');
  await anna.people(chat, 2);
  return { anna, boris, chat };
}

test('a device says that it is caught up once everything said before is here, in old chats and new', async () => {
  const { anna, boris, chat } = await pair();
  await anna.close();
  const said = Array.from({ length: 200 }, (_, i) => `Message ${i}`);
  for (const text of said) await boris.messenger.send(chat, { text });
  const group = await boris.messenger.createGroup('The house');
  const [contact] = await boris.messenger.people();
  await boris.messenger.add(group.chat, [contact?.person ?? '']);
  await boris.messenger.send(group.chat, { text: 'Welcome' });
  await boris.until(STATUS, ({ sending }) => sending === 0, 'that all is sent');

  await anna.open();
  await anna.until(STATUS, caughtUp, 'that it is caught up');
  const page = await anna.now({ query: 'messages', chat, limit: 1_000 });
  expect(page.messages.map(({ text }) => text).filter((text) => said.includes(text))).toEqual(said);
  const welcome = await anna.now({ query: 'messages', chat: group.chat, limit: 10 });
  expect(welcome.messages.map(({ text }) => text)).toContain('Welcome');
});

test('what the server does not have yet is counted, whatever restarts lie between', async () => {
  const { anna, boris, chat } = await pair();
  await anna.until(STATUS, ({ sending }) => sending === 0, 'that all is sent');
  await town.restartServer(async () => {
    await anna.messenger.send(chat, { text: 'One' });
    await anna.messenger.send(chat, { text: 'Two' });
    await anna.messenger.sendFile(chat, new Blob(['three']), { name: 'three' });
    await anna.until(STATUS, ({ sending }) => sending === 3, 'that three wait');
    await anna.reopen();
    await anna.until(STATUS, ({ sending }) => sending === 3, 'that three wait');
  });
  await anna.messenger.kick();
  await anna.until(STATUS, ({ sending }) => sending === 0, 'that all is sent');
  expect((await boris.texts(chat, 3)).slice(0, 2)).toEqual(['One', 'Two']);
});
