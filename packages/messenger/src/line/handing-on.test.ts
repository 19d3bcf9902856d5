/** What a member learned of bridges, in other members' hands. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChatId } from '../api.ts';
import { type Person, Town } from '../test/town.ts';
import { handOn } from './handing-on.ts';
import { askForEndpoints } from './own-endpoints.ts';

const BRIDGE = 'https://bridge.example/secret';
const PATIENCE = { timeout: 60_000 };

let town: Town;
beforeEach(async () => {
  town = await Town.found();
});
afterEach(() => town.end());

async function pair(): Promise<{ anna: Person; boris: Person; chat: ChatId }> {
  const anna = await town.person('Anna');
  const { link, chat } = await anna.messenger.invite(null);
  const boris = await town.device('Boris');
  await boris.messenger.register(link, 'Boris');
  await anna.people(chat, 2);
  return { anna, boris, chat };
}

/** As it does by itself, in its own time. */
async function asks({ device }: Person): Promise<Uint8Array> {
  const link = device.homeLink;
  const { connection, server } = link;
  const knowing = { connection, server, store: device.ports.store, now: Date.now() };
  const learned = await askForEndpoints(knowing);
  if (!learned) throw new Error('nothing learned');
  await link.lead(learned.endpoints);
  return learned.record;
}

test('a bridge that the server was told while it ran reaches who shares a chat with one who asked, and shows nowhere', async () => {
  const { anna, boris, chat } = await pair();
  await town.server.desk.bridges([BRIDGE], []);
  await handOn(anna.device, anna.device.homeLink, await asks(anna));
  const known = () => boris.device.homeLink.server.endpoints;
  await vi.waitFor(() => expect(known()).toContain(BRIDGE), PATIENCE);
  expect(boris.device.homeLink.connection.endpoints).toContain(BRIDGE);
  await anna.messenger.send(chat, { text: 'Hi' });
  for (const person of [anna, boris]) {
    const { messages } = await person.until({ query: 'messages', chat, limit: 100 }, (page) =>
      page.messages.some(({ text }) => text === 'Hi'),
    );
    expect(messages.filter(({ event }) => event === null).map(({ text }) => text)).toEqual(['Hi']);
  }
}, 120_000);

test('who carries messages to somebody without a line brings along what leads to the server, and no message', async () => {
  const { anna, boris } = await pair();
  await town.server.desk.bridges([BRIDGE], []);
  await asks(anna);
  const { file, messages } = await anna.carry.out();
  expect(await boris.carry.in(file)).toEqual({ messages, fresh: [], strange: 0 });
  expect(boris.device.homeLink.server.endpoints).toContain(BRIDGE);
  expect(await boris.carry.in(file)).toEqual({ messages, fresh: [], strange: 0 });
}, 120_000);
