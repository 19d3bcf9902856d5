/** A device that is away is told, once, when somebody says something to it: by real messengers, a server and a push service. */
import { PushService, type TestBrowser } from '@polynya/server/test/push-service';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChatId } from '../api.ts';
import { type Person, Town } from '../test/town.ts';

let service: PushService;
let town: Town;
let [anna, boris]: Person[] = [];
let chat: ChatId;
let browser: TestBrowser;

const heard = (times: number) =>
  vi.waitFor(() => expect(browser.heard).toHaveLength(times), { timeout: 60_000 });
const ofHome = () => ({ server: '', ...browser.subscription });
const subscribe = () => boris?.messenger.subscribePush([ofHome()]);

beforeEach(async () => {
  service = await PushService.start();
  town = await Town.found({ pushTo: service.reach });
  anna = await town.person('Anna');
  const invited = await anna.messenger.invite(null);
  chat = invited.chat;
  boris = await town.device('Boris');
  await boris.messenger.register(invited.link, 'Boris');
  await anna.people(chat, 2);
  await boris.until({ query: 'chat', chat }, (one) => one?.people.length === 2);
  const [{ key } = { key: new Uint8Array(0) }] = await boris.messenger.pushKeys([]);
  browser = service.browser(key);
  await subscribe();
});
afterEach(async () => {
  await town.end();
  await service.stop();
});

test('what is said wakes who is away, once, and not who sees it; what is silent, or no message, wakes nobody', async () => {
  if (!anna || !boris) throw new Error('nobody');
  await anna.messenger.send(chat, { text: 'while you are here' });
  await boris.texts(chat, 1);
  await boris.close();
  await anna.messenger.send(chat, { text: 'quietly', silent: true });
  const { id } = await anna.messenger.send(chat, { text: 'hush', silent: true });
  await anna.messenger.react(chat, id, '👍');
  expect(browser.heard).toHaveLength(0);
  await anna.messenger.send(chat, { text: 'one' });
  await heard(1);
  await anna.messenger.send(chat, { text: 'two' });

  await boris.open();
  await boris.texts(chat, 5);
  await subscribe();
  await boris.close();
  await anna.messenger.send(chat, { text: 'three' });
  await heard(2);
});

test('a muted chat wakes nobody, nor somebody blocked, nor does any once the subscription is taken back', async () => {
  if (!anna || !boris) throw new Error('nobody');
  const { store } = boris.device.ports;
  await boris.messenger.mark(chat, { muted: true });
  await subscribe();
  expect(await store.get('setting', 'push')).toBeUndefined();
  await boris.messenger.mark(chat, { muted: false });
  await subscribe();
  expect(await store.get('setting', 'push')).toBeDefined();
  const { me } = await anna.now({ query: 'status' });
  await boris.messenger.block(me?.person ?? '', true);
  await subscribe();
  expect(await store.get('setting', 'push')).toBeUndefined();
  await boris.messenger.block(me?.person ?? '', false);
  await subscribe();
  expect(await store.get('setting', 'push')).toBeDefined();
  await boris.messenger.subscribePush([]);
  expect(await store.get('setting', 'push')).toBeUndefined();
  await boris.close();
  const asked = await anna.messenger.send(chat, { text: 'is anybody there?' });
  await anna.until(
    { query: 'messages', chat, limit: 10 },
    ({ messages }) => messages.find(({ id }) => id === asked.id)?.state === 'sent',
  );
  expect(browser.heard).toHaveLength(0);
});

test('who is brought into a chat while away is told, by whom they know from a chat that is not muted', async () => {
  if (!anna || !boris) throw new Error('nobody');
  const { person } = boris.device.self;
  await boris.messenger.mark(chat, { muted: true });
  await subscribe();
  await boris.messenger.mark(chat, { muted: false });
  await boris.close();
  const quiet = await anna.messenger.createGroup('Quiet');
  await anna.messenger.add(quiet.chat, [person]);
  await boris.open();
  await boris.until({ query: 'chats' }, (chats) => chats.length === 2);
  expect(browser.heard).toHaveLength(0);

  await subscribe();
  await boris.close();
  const loud = await anna.messenger.createGroup('Loud');
  await anna.messenger.add(loud.chat, [person]);
  await heard(1);
});

test('a chat on another server wakes by a subscription for that server alone', async () => {
  if (!anna || !boris) throw new Error('nobody');
  const elsewhere = await Town.found({ pushTo: service.reach });
  try {
    const clara = await elsewhere.person('Clara');
    const invited = await clara.messenger.invite(null);
    const { chat: there } = await boris.messenger.join(invited.link);
    await boris.until({ query: 'chat', chat: there }, (one) => one?.people.length === 2);
    await clara.people(there, 2);
    const [other, ...more] = await boris.messenger.pushKeys(['']);
    expect(more).toEqual([]);
    expect(other?.server).toMatch(/^[0-9a-f]{64}$/);
    const beside = service.browser(other?.key ?? new Uint8Array(0));
    const both = [ofHome(), { server: other?.server ?? '', ...beside.subscription }];
    await boris.messenger.subscribePush(both);
    expect(await boris.messenger.pushKeys(both.map(({ server }) => server))).toEqual([]);
    await boris.close();
    await clara.messenger.send(there, { text: 'are you there?' });
    await vi.waitFor(() => expect(beside.heard).toHaveLength(1), { timeout: 60_000 });
    expect(browser.heard).toHaveLength(0);

    // One that is gone for good keeps nobody waiting.
    await elsewhere.restartServer(async () => {
      await boris?.open();
      expect(boris?.device.homeLink.server.identity).toEqual(town.server.identity);
      await boris?.messenger.subscribePush([]);
    });
  } finally {
    await elsewhere.end();
  }
});

test('a server whose host wants no Web Push names no key', async () => {
  const silent = await Town.found({ pushTo: null });
  try {
    const clara = await silent.person('Clara');
    expect(await clara.messenger.pushKeys([])).toEqual([]);
  } finally {
    await silent.end();
  }
});
