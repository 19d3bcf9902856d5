import { toHex } from '@polynya/protocol/bytes';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aboutOf } from '../conversation/about.ts';
import { capability, capabilityHash } from '../conversation/capability.ts';
import { encodeWelcomePackage, putPackage } from '../invite/sealed-blob.ts';
import { house } from '../test/house.ts';
import { Rogue } from '../test/rogue.ts';
import { type Person, Town } from '../test/town.ts';
import { makeKeyPackage } from './key-packages.ts';
import type { Addressee } from './letters.ts';

let town: Town;
let vera: Person;
let rogue: Rogue;

beforeEach(async () => {
  town = await Town.found();
  const { chat, members } = await house(town);
  const [, boris, last] = members;
  vera = last;
  await boris.close();
  rogue = await Rogue.of(boris, chat);
});

afterEach(async () => {
  rogue.close();
  await town.end();
});

/** Boris' group with Vera in it, by her last-resort KeyPackage. @returns what a Welcome letter leads to */
async function ownGroup(vera: Addressee): Promise<{ chat: string; encoded: Uint8Array }> {
  const { engine, self, connection, server, held } = rogue;
  const log = systemRandom(16);
  const id = systemRandom(16);
  const own = await makeKeyPackage(engine, self, Date.now(), false);
  const alone = await engine.create(log, own);
  const staged = await alone.commit({ add: [vera.keyPackage], authenticatedData: id });
  const hash = await capabilityHash(alone);
  await connection.call({ op: 'create', log, kind: 0, hash, allowance: server.allowance });
  const handle = connection.log(log, await capability(alone));
  const next = await capabilityHash(staged.group);
  await handle.commit({ id, epoch: 0, body: staged.body }, { closes: false, next });
  handle.close();
  const encoded = encodeWelcomePackage({
    welcome: staged.welcome ?? new Uint8Array(0),
    log,
    seq: 1,
    hash: held.state.hash,
    about: { ...aboutOf(held.state, self), title: 'Elsewhere' },
    credential: null,
    missed: [],
  });
  return { chat: toHex(log), encoded };
}

test('a Welcome that is repeated to a last-resort KeyPackage brings back no chat that was left or forgotten', async () => {
  await rogue.take('Vera');
  const her = await rogue.take('Vera');
  const { chat, encoded } = await ownGroup(her);
  const welcome = async () => {
    const secret = systemRandom(32);
    await putPackage(rogue.connection, secret, rogue.server.allowance, encoded);
    await rogue.write(her, { kind: 'welcome', secret });
  };
  const passedOver = (times: number) =>
    expect
      .poll(() => vera.log.filter((line) => line.includes('from before this device left')), {
        timeout: 20_000,
      })
      .toHaveLength(times);
  await welcome();
  await vera.until({ query: 'chat', chat }, (one) => one?.state === 'active', 'the chat');
  await vera.messenger.leave(chat);
  await vera.until({ query: 'chat', chat }, (one) => one?.state === 'left', 'that she left');
  await welcome();
  await passedOver(1);
  expect((await vera.now({ query: 'chat', chat }))?.state).toBe('left');
  await vera.messenger.forget(chat);
  await welcome();
  await passedOver(2);
  expect(await vera.now({ query: 'chat', chat })).toBeNull();
});
