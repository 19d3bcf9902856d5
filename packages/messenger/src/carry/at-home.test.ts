/** Pages and a terminal in one home, over real WebRTC on loopback, while their server is away. */
import { NearDoor } from '@polynya/reach/carriers/lan/door';
import { nodeDirectCarrier } from '@polynya/reach/carriers/webrtc-direct/node-client';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { selfSigned } from '@polynya/server/bridge/self-signed';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NearView } from '../near-api.ts';
import { gather, settled } from '../test/house.ts';
import { isText, type Person, Town } from '../test/town.ts';
import { Near } from './near.ts';

const carriers = [webSocketCarrier, nodeDirectCarrier()];
const status = { query: 'near' } as const;

/** What `polynya chat --near` and `/near` do. */
async function terminal(person: Person): Promise<{ code: string; close(): Promise<void> }> {
  const near = new Near(person.device, person.carry, () => undefined);
  const door = await NearDoor.open(near.nearby, selfSigned('WebRTC'));
  return {
    code: door.code(['127.0.0.1']),
    close: async () => {
      door.close();
      await near.close();
    },
  };
}

const state = (person: Person, wanted: NearView['state']) =>
  person.until(status, (view) => view.state === wanted, wanted);

let town: Town;
let chat: string;
let anna: Person;
let boris: Person;
let vera: Person;

beforeAll(async () => {
  town = await Town.found();
  const gathered = await gather(town, ['Boris', 'Anna', 'Vera'], () => ({ carriers }));
  ({ chat } = gathered);
  [boris, anna, vera] = gathered.members as [Person, Person, Person];
  await boris.messenger.send(chat, { text: 'Hello' });
  await settled(boris, chat);
}, 120_000);
afterAll(() => town.end());

const texts = async (person: Person) => {
  const { messages } = await person.now({ query: 'messages', chat, limit: 100 });
  return messages.filter(isText).map(({ text }) => text);
};

test('two pages talk through the terminal between them, each text once, and the log puts them in one order', async () => {
  await town.restartServer(async () => {
    const home = await terminal(boris);
    for (const page of [anna, vera]) expect(await page.messenger.nearCall(home.code)).toBe(true);
    expect(await state(anna, 'near')).toEqual({ state: 'near', chats: [chat] });
    await state(vera, 'near');
    expect((await anna.now({ query: 'status' })).near).toBe(1);
    await anna.messenger.send(chat, { text: 'is the line gone?' });
    expect(await vera.texts(chat, 2)).toEqual(['Hello', 'is the line gone?']);
    await vera.messenger.send(chat, { text: 'for all of us' });
    expect((await anna.texts(chat, 3)).slice(1)).toEqual(['is the line gone?', 'for all of us']);
    const { messages } = await anna.now({ query: 'messages', chat, limit: 1 });
    expect(messages.at(-1)).toMatchObject({ name: 'Vera', seq: null });
    expect((await boris.texts(chat, 3)).length).toBe(3);

    // The terminal ends, and is there again with another code.
    await home.close();
    await state(anna, 'silent');
    expect((await anna.now({ query: 'status' })).near).toBe(0);
    const again = await terminal(boris);
    expect(await anna.messenger.nearCall(again.code)).toBe(true);
    await state(anna, 'near');
    // As a page that was closed does.
    await anna.reopen();
    await state(anna, 'near');
    await boris.messenger.send(chat, { text: 'here I am again' });
    expect((await anna.texts(chat, 4)).at(-1)).toBe('here I am again');
    await anna.messenger.nearEnd();
    await state(anna, 'off');
    await anna.reopen();
    expect((await anna.now(status)).state).toBe('off');
    await again.close();
  });
  const logged = { query: 'messages', chat, limit: 100 } as const;
  for (const person of [anna, boris, vera]) {
    await person.until(
      logged,
      ({ messages }) => messages.filter(isText).every(({ seq }) => seq !== null),
      'everything in the log',
    );
  }
  const order = await texts(boris);
  expect(order.toSorted()).toEqual(
    ['Hello', 'for all of us', 'here I am again', 'is the line gone?'].toSorted(),
  );
  expect(await texts(anna)).toEqual(order);
  expect(await texts(vera)).toEqual(order);
}, 120_000);

describe('a code', () => {
  test('that is none is refused, and one to which nobody answers is called again', async () => {
    for (const code of ['', 'https://chat.example/', 'polynya-near://8.8.8.8:1/x#dtls=y']) {
      expect(await vera.messenger.nearCall(code)).toBe(false);
    }
    const home = await terminal(boris);
    await home.close();
    expect(await vera.messenger.nearCall(home.code)).toBe(true);
    await state(vera, 'silent');
    await vera.messenger.nearEnd();
  }, 60_000);

  test('of somebody in none of one’s chats leads to strangers, who learn nothing', async () => {
    const stranger = await town.person('Gleb', { carriers });
    const home = await terminal(boris);
    expect(await stranger.messenger.nearCall(home.code)).toBe(true);
    await state(stranger, 'strangers');
    expect(await stranger.now({ query: 'chats' })).toEqual([]);
    await stranger.messenger.nearEnd();
    await home.close();
  }, 60_000);
});

test('a page carries a file out and another takes it in; what is none is refused with the reason', async () => {
  await town.restartServer(async () => {
    await anna.messenger.send(chat, { text: 'on a stick' });
    const { file, messages } = await anna.messenger.nearOut();
    expect(messages).toBeGreaterThan(0);
    const taken = await vera.messenger.nearIn(file);
    expect(taken).toMatchObject({ fresh: [{ chat }], strange: 0 });
    expect((await texts(vera)).at(-1)).toBe('on a stick');
    expect(await vera.messenger.nearIn(new Blob(['nothing of ours']))).toEqual({
      refused: 'not-for-us',
    });
    expect(await vera.messenger.nearIn(new Blob([new Uint8Array(16_777_217)]))).toEqual({
      refused: 'too-big',
    });
  });
}, 60_000);
