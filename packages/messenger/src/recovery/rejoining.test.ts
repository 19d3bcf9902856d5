import { copyFile } from 'node:fs/promises';
import { decodeCbor } from '@polynya/protocol/cbor';
import { systemClock } from '@polynya/reach/clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatId } from '../api.ts';
import { deviceCredential, signatureKey } from '../identity/credential.ts';
import { signed } from '../identity/device-list.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { happened, house } from '../test/house.ts';
import { Rogue } from '../test/rogue.ts';
import { isText, type Person, Town } from '../test/town.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** The server's clock, and Vera's: a test may turn them. */
const serverClock = { ...systemClock, ahead: 0, now: () => Date.now() + serverClock.ahead };
const clock = { ...systemClock, ahead: 0, now: () => Date.now() + clock.ahead };

/** Runs of the server's retention that took something. */
let deleted: number;
let town: Town;
let chat: ChatId;
let anna: Person;
let boris: Person;
let vera: Person;

beforeEach(async () => {
  serverClock.ahead = 0;
  clock.ahead = 0;
  deleted = 0;
  town = await Town.found({
    clock: serverClock,
    config: { keep: { days: 1 } },
    log: ({ event }) => {
      if (event === 'retention') deleted++;
    },
  });
  ({
    chat,
    members: [anna, boris, vera],
  } = await house(town, { clock }));
});

afterEach(() => town.end());

async function copyStore(): Promise<void> {
  await vera.close();
  await copyFile(vera.path, `${vera.path}.copy`);
}

/** Puts Vera's store back to what it was when it was copied, after a life that it knows nothing of. */
async function restoredAfter(life: () => Promise<void>): Promise<void> {
  await vera.open();
  await life();
  await vera.close();
  await copyFile(`${vera.path}.copy`, vera.path);
}

async function healed(): Promise<void> {
  await vera.until({ query: 'chat', chat }, (one) => one?.state === 'active', 'that it goes on');
}

describe('a device that lost its state', () => {
  test('because retention took what it never read, is let in again and gets what it missed', async () => {
    await vera.close();
    await anna.messenger.send(chat, { text: 'While you were away' });
    await boris.texts(chat, 2);
    await boris.messenger.send(chat, { text: 'We talked' });
    for (const member of [anna, boris]) await member.texts(chat, 3);
    // In steps that the server believes.
    for (const days of [0.8, 1.6]) {
      serverClock.ahead = days * DAY;
      await town.restartServer();
    }
    await expect.poll(() => deleted, { timeout: 20_000 }).toBeGreaterThan(0);
    await vera.open();
    expect(await vera.texts(chat, 3)).toEqual(['Hello', 'While you were away', 'We talked']);
    await healed();
    const by = ['Anna', 'Boris'];
    const event = await happened(vera, chat, 'resent');
    expect(by).toContain(event && 'by' in event ? event.by : '');
    const { messages } = await vera.now({ query: 'messages', chat, limit: 50 });
    const relayed = messages.filter(isText).map(({ relayedBy }) => relayedBy);
    expect(relayed).toEqual([null, null, null]);
    await vera.messenger.send(chat, { text: 'Back' });
    for (const member of [anna, boris]) expect((await member.texts(chat, 4)).at(-1)).toBe('Back');
    await vera.people(chat, 3);
  });

  test('because its store is an old copy, seals nothing anew before it was let in again', async () => {
    await town.restartServer(async () => {
      await vera.messenger.send(chat, { text: 'Typed before the copy' });
      await copyStore();
    });
    await restoredAfter(async () => {
      await vera.messenger.send(chat, { text: 'Forgotten' });
      await anna.texts(chat, 3);
      await anna.messenger.send(chat, { text: 'Answered' });
      await vera.texts(chat, 4);
    });
    await vera.open();
    const said = ['Hello', 'Typed before the copy', 'Forgotten', 'Answered'];
    expect(await vera.texts(chat, 4)).toEqual(said);
    await healed();
    await vera.messenger.send(chat, { text: 'Here again' });
    for (const member of [anna, boris, vera]) {
      expect(await member.texts(chat, 5)).toEqual([...said, 'Here again']);
    }
    const { messages } = await vera.now({ query: 'messages', chat, limit: 50 });
    const mine = messages.filter((one) => isText(one) && one.mine).map(({ text }) => text);
    expect(mine).toEqual(['Typed before the copy', 'Forgotten', 'Here again']);
  });

  test('waits for a member, and asks more and more rarely', async () => {
    await copyStore();
    await restoredAfter(async () => {
      await vera.messenger.send(chat, { text: 'Forgotten' });
      await anna.texts(chat, 2);
    });
    for (const member of [anna, boris]) await member.close();
    const asked: number[] = [];
    for (const minutes of [0, 0.9, 1.3, 9, 14, 60, 90]) {
      clock.ahead = minutes * MINUTE;
      await vera.open();
      const detail = await vera.until({ query: 'chat', chat }, (one) => one?.state === 'stopped');
      expect(detail?.trouble).toBe('lost-state');
      await new Promise((done) => setTimeout(done, 1_500));
      await vera.close();
      asked.push(await timesAsked());
    }
    expect(asked).toEqual([1, 1, 2, 2, 3, 3, 4]);
  });
});

describe('a request to be let in again is refused', () => {
  let rogue: Rogue;
  beforeEach(async () => {
    await boris.close();
    rogue = await Rogue.of(boris, chat);
  });
  afterEach(() => rogue.close());

  async function refused(keyPackage: Uint8Array): Promise<void> {
    const { log, cursor: seq } = rogue.held.state;
    const before = anna.log.length;
    await rogue.write(await rogue.take('Anna'), { kind: 'rejoin', log, seq, keyPackage });
    await expect
      .poll(() => anna.log.slice(before), { timeout: 10_000 })
      .toContain('a request to be let in again was refused');
  }

  async function offer(credential = rogue.self.credential, key = rogue.self.device) {
    const now = Math.floor(Date.now() / 1_000);
    const lifetime = { notBefore: now - 3_600, notAfter: now + 86_400 };
    const own = await rogue.engine.keyPackage({ credential, signatureKey: key, ...lifetime });
    return own.keyPackage;
  }

  test('to a device that was removed', async () => {
    const { people } = await anna.people(chat, 3);
    const his = people.find(({ name }) => name === 'Boris')?.person ?? '';
    await anna.messenger.remove(chat, his);
    await refused(await offer());
    await anna.people(chat, 2);
  });

  test("to a key that is no leaf's, and to another member's", async () => {
    const key = await signatureKey(crypto.getRandomValues(new Uint8Array(32)));
    const { root, list, device } = rogue.self;
    const linked = await signed(root, list, device, { remove: false, device: key.publicKey });
    await refused(await offer(deviceCredential(root, linked), key));
    await refused((await rogue.take('Vera')).keyPackage);
    await vera.messenger.send(chat, { text: 'Nobody moved' });
    expect((await anna.texts(chat, 2)).at(-1)).toBe('Nobody moved');
  });
});

async function timesAsked(): Promise<number> {
  const store = await openSqliteStore(vera.path);
  const stored = await store.get('group', `${chat}/rejoin`);
  await store.close();
  const record = stored ? decodeCbor(stored) : [];
  return Array.isArray(record) && typeof record[1] === 'number' ? record[1] : 0;
}
