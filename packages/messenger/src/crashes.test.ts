import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatId } from './api.ts';
import { FailingStore } from './test/failing-store.ts';
import { type Person, Town } from './test/town.ts';

let town: Town;
beforeEach(async () => {
  town = await Town.found();
});
afterEach(() => town.end());

/** Somebody whose store can be made to die. */
async function mortal(name: string, invite?: string) {
  const stores: FailingStore[] = [];
  const wrap = (store: ConstructorParameters<typeof FailingStore>[0]) => {
    const failing = new FailingStore(store);
    stores.push(failing);
    return failing;
  };
  const person = await town.device(name, { wrap });
  if (invite) await person.messenger.register(invite, name);
  return { person, store: () => stores.at(-1) as FailingStore };
}

async function dead(store: FailingStore): Promise<void> {
  for (let i = 0; i < 200 && !store.dead; i++) await new Promise((done) => setTimeout(done, 10));
}

describe('a device that dies at its k-th write and is started again', () => {
  for (const silently of [false, true]) {
    const way = silently ? 'that took effect' : 'that did not take effect';
    test(`finishes joining, for every k (a write ${way})`, async () => {
      const anna = await town.person('Anna');
      let finished = false;
      let k = 1;
      for (; !finished && k < 40; k++) {
        const { link, chat } = await anna.messenger.invite(null);
        await anna.messenger.send(chat, { text: `Before ${k}` });
        const { person: boris, store } = await mortal(`Boris${k}`);
        store().left = k;
        store().silently = silently;
        const registering = boris.messenger.register(link, `Boris${k}`);
        const outcome = await Promise.race([
          registering.then(
            () => 'in',
            () => 'failed',
          ),
          dead(store()).then(() => 'dead'),
        ]);
        registering.catch(() => undefined);
        await dead(store());
        finished = !store().dead;
        await boris.reopen();
        const { me } = await boris.now({ query: 'status' });
        // As a person would who is asked for a name again: it goes on from wherever it was.
        if (!me && outcome !== 'in') await boris.messenger.register(link, `Boris${k}`);
        await boris.until(
          { query: 'chats' },
          (chats) => chats.some((one) => one.chat === chat && one.state === 'active'),
          `the chat after dying at write ${k}`,
        );
        await boris.messenger.send(chat, { text: `After ${k}` });
        // Anna's may still have been on its way.
        const texts = await anna.texts(chat, 2);
        expect(texts.toSorted()).toEqual([`After ${k}`, `Before ${k}`]);
        await boris.close();
      }
      expect(finished).toBe(true);
      expect(k).toBeGreaterThan(8);
    }, 300_000);
  }

  test('sends everything typed once and in order, whichever write it dies at', async () => {
    const { person: anna, store } = await mortal('Anna', await town.serverInvite());
    const { link, chat } = await anna.messenger.invite(null);
    const boris = await town.device('Boris');
    await boris.messenger.register(link, 'Boris');
    await anna.people(chat, 2);
    const typed: string[] = [];
    for (let round = 0; round < 24; round++) {
      store().left = (round * 7) % 11 || 3;
      store().silently = round % 2 === 1;
      for (let n = 0; n < 4; n++) {
        const text = `${round}.${n}`;
        const stored = await anna.messenger.send(chat, { text }).then(
          () => true,
          () => false,
        );
        if (stored) typed.push(text);
        else break;
        if (n === 1) await boris.messenger.send(chat, { text: `reply ${text}` });
      }
      await new Promise((done) => setTimeout(done, (round * 13) % 60));
      await anna.reopen();
    }
    const mine = (texts: string[]) => texts.filter((text) => !text.startsWith('reply'));
    await boris.until(
      { query: 'messages', chat, limit: 1_000 },
      ({ messages }) => messages.some(({ text }) => text === typed.at(-1)),
      'the last message',
    );
    const seen = mine(await boris.texts(chat, typed.length));
    // A write that took effect unheard is a message typed: it may be there too, once and in its place.
    expect(seen.filter((text) => typed.includes(text))).toEqual(typed);
    expect(new Set(seen).size).toBe(seen.length);
    const own = await anna.now({ query: 'messages', chat, limit: 1_000 });
    const texts = own.messages.filter(({ event }) => event === null).map(({ text }) => text);
    expect(mine(texts)).toEqual(seen);
  }, 120_000);

  test('has its invite ready or takes it back, whichever write it dies at', async () => {
    const { person: anna, store } = await mortal('Anna', await town.serverInvite());
    const { chat } = await anna.messenger.createGroup('The house');
    for (let k = 1; k < 10; k++) {
      store().left = k;
      const inviting = anna.messenger.invite(chat).catch(() => undefined);
      await Promise.race([inviting, dead(store())]);
      await anna.reopen();
      await opens(anna, chat, k);
    }
    const { link } = await anna.messenger.invite(chat);
    const boris = await town.device('Boris');
    expect(await boris.messenger.register(link, 'Boris')).toEqual({ chat });
  }, 120_000);

  /** Every invite that is shown can be opened. */
  async function opens(anna: Person, chat: ChatId, k: number): Promise<void> {
    const detail = await anna.now({ query: 'chat', chat });
    const guest = await town.device(`Guest${k}`);
    for (const { link } of detail?.invites ?? []) {
      expect(await guest.messenger.preview(link)).toMatchObject({ title: 'The house' });
    }
    await guest.close();
  }
});

describe('the outbox', () => {
  test('keeps what was typed without a server, and sends it once when the server is back', async () => {
    const anna = await town.person('Anna');
    const { link, chat } = await anna.messenger.invite(null);
    const boris = await town.device('Boris');
    await boris.messenger.register(link, 'Boris');
    await anna.people(chat, 2);
    await town.restartServer();
    for (const n of [1, 2, 3]) await anna.messenger.send(chat, { text: `${n}` });
    await anna.close();
    await town.restartServer();
    await anna.open();
    await boris.messenger.kick();
    expect(await boris.texts(chat, 3)).toEqual(['1', '2', '3']);
  });

  test('delivers all of three people in one order while anyone may restart, the server too', async () => {
    const anna = await town.person('Anna');
    const { chat } = await anna.messenger.createGroup('The house');
    const members = [anna];
    for (const name of ['Boris', 'Vera']) {
      const { link } = await anna.messenger.invite(chat);
      const member = await town.device(name);
      await member.messenger.register(link, name);
      members.push(member);
    }
    const typed = new Map<string, string[]>(members.map(({ name }) => [name, []]));
    for (let round = 0; round < 15; round++) {
      for (const member of members) {
        const text = `${member.name} ${round}`;
        await member.messenger.send(chat, { text });
        typed.get(member.name)?.push(text);
      }
      const unlucky = members[(round * 5) % 4];
      if (unlucky) await unlucky.reopen();
      else await town.restartServer();
    }
    for (const member of members) await member.messenger.kick();
    const seen = await Promise.all(members.map((member) => member.texts(chat, 45)));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    for (const [name, texts] of typed) {
      expect(seen[0]?.filter((text) => text.startsWith(name))).toEqual(texts);
    }
  }, 120_000);
});
