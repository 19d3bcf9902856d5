import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatId } from '../api.ts';
import { aboutOf } from '../conversation/about.ts';
import { makeKeyPackage } from '../inbox/key-packages.ts';
import { encodeWelcomePackage, putPackage } from '../invite/sealed-blob.ts';
import { happened, house } from '../test/house.ts';
import { Rogue } from '../test/rogue.ts';
import { type Person, Town } from '../test/town.ts';
import { foundingCommit } from './founding-commit.ts';

let town: Town;
let chat: ChatId;
let anna: Person;
let boris: Person;
let vera: Person;
let rogue: Rogue;

beforeEach(async () => {
  town = await Town.found();
  ({
    chat,
    members: [anna, boris, vera],
  } = await house(town));
  await boris.close();
  rogue = await Rogue.of(boris, chat);
});

afterEach(async () => {
  rogue.close();
  await town.end();
});

async function breakTheLog(): Promise<void> {
  await rogue.commit({ remove: [rogue.held.group.members[0]?.leaf ?? 0] });
}

describe('a conversation whose log a member broke', () => {
  test('goes on with everybody if no signature says whose Commit it was', async () => {
    await rogue.spoil();
    for (const member of [anna, vera]) {
      expect(await happened(member, chat, 'refounded')).toEqual({
        event: 'refounded',
        without: '',
      });
    }
    await vera.messenger.send(chat, { text: 'All here?' });
    await boris.open();
    expect(await boris.texts(chat, 2)).toEqual(['Hello', 'All here?']);
    await boris.messenger.send(chat, { text: 'All' });
    expect((await anna.texts(chat, 3)).at(-1)).toBe('All');
    await boris.people(chat, 3);
  });

  test('takes along what was typed and not sent, under the same ids', async () => {
    let typed = '';
    await town.restartServer(async () => {
      typed = (await vera.messenger.send(chat, { text: 'Typed on the way' })).id;
      await vera.close();
    });
    await breakTheLog();
    await happened(anna, chat, 'refounded');
    await vera.open();
    await happened(vera, chat, 'refounded');
    expect((await anna.texts(chat, 2)).at(-1)).toBe('Typed on the way');
    const { messages } = await anna.now({ query: 'messages', chat, limit: 50 });
    expect(messages.at(-1)?.id).toBe(typed);
  });

  test('goes on in the branch of the lowest leaf; who joined another moves over', async () => {
    const { people } = await anna.people(chat, 3);
    const her = people.find(({ name }) => name === 'Vera')?.person ?? '';
    // So that Anna overlooks Vera's letter and founds a branch of her own.
    await anna.messenger.block(her, true);
    await anna.close();
    await breakTheLog();
    await happened(vera, chat, 'refounded');
    await anna.open();
    await happened(anna, chat, 'refounded');
    await anna.messenger.send(chat, { text: 'Here is the house' });
    expect((await vera.texts(chat, 2)).at(-1)).toBe('Here is the house');
    await anna.messenger.block(her, false);
    await vera.messenger.send(chat, { text: 'I moved over' });
    expect((await anna.texts(chat, 3)).at(-1)).toBe('I moved over');
  });

  test('is not believed to be broken because somebody says so', async () => {
    const { engine, self, held, connection, server } = rogue;
    const to = await rogue.take('Vera');
    const own = await makeKeyPackage(engine, self, Date.now(), false);
    const log = crypto.getRandomValues(new Uint8Array(16));
    const { group, welcome } = await held.group.branch(log, own, [to.keyPackage]);
    const { hash } = await foundingCommit(group);
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const about = aboutOf(held.state, self);
    const encoded = encodeWelcomePackage({
      welcome,
      log,
      seq: 1,
      hash,
      about,
      credential: null,
      missed: [],
    });
    await putPackage(connection, secret, server.allowance, encoded);
    const { log: old, cursor: seq } = held.state;
    await rogue.write(to, { kind: 'refound', log: old, seq, secret });
    await new Promise((done) => setTimeout(done, 2_000));
    await anna.messenger.send(chat, { text: 'Still together' });
    expect(await vera.texts(chat, 2)).toEqual(['Hello', 'Still together']);
    const { messages } = await vera.now({ query: 'messages', chat, limit: 50 });
    expect(messages.some(({ event }) => event?.event === 'refounded')).toBe(false);
    await vera.people(chat, 3);
  });
});
