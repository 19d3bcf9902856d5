/** What a device gives to who is linked with it, over a carrier in memory, and when it stops. */
import { decodeParcel } from '@polynya/protocol/carried';
import { decodeMessage } from '@polynya/protocol/content';
import { CarrierPlace } from '@polynya/reach/carriers/lan/carrier-place';
import { Nearby } from '@polynya/reach/carriers/lan/nearby';
import { systemRandom } from '@polynya/reach/clock';
import { carrierPair } from '@polynya/reach/test/carrier-pair';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { house, settled } from '../test/house.ts';
import { type Person, Town } from '../test/town.ts';
import { carryKey } from './keys.ts';
import { Near } from './near.ts';

let town: Town;
let chat: string;
let anna: Person;
let vera: Person;

beforeAll(async () => {
  town = await Town.found();
  const founded = await house(town);
  ({ chat } = founded);
  [anna, , vera] = founded.members;
}, 120_000);
afterAll(() => town.end());

function textIn(message: Uint8Array): string[] {
  const { body } = decodeMessage(message);
  return body.kind === 'text' ? [body.text] : [];
}

test('who came lately is not carried what was written before', async () => {
  const { chat: other } = await anna.messenger.createGroup('Another house');
  const { link } = await anna.messenger.invite(other);
  const gleb = await town.device('Gleb');
  await gleb.messenger.register(link, 'Gleb');
  await gleb.people(other, 2);
  await anna.messenger.send(other, { text: 'Hello' });
  await settled(anna, other);
  const { person } = gleb.device.self;
  await gleb.close();
  // Receipts of somebody who is away never come.
  await anna.messenger.add(chat, [person]);
  await anna.people(chat, 4);
  await anna.messenger.send(chat, { text: 'after Gleb came' });
  await anna.until({ query: 'status' }, ({ sending }) => sending === 0);
  const notes = await anna.carry.notes(anna.device.conversation(chat));
  expect(notes.flatMap(({ message }) => textIn(message))).toEqual(['after Gleb came']);
}, 60_000);

test('who was removed while a link stood gets nothing by it any more, and no other', async () => {
  const said: string[] = [];
  const links = { met: 0, lost: 0 };
  const near = new Near(anna.device, anna.carry, () => undefined);
  const key = await carryKey(vera.device.conversation(chat).held.group);
  // A program of Vera's own, which keeps what it has.
  const theirs = new Nearby<null>({
    secrets: async () => [{ key, of: null }],
    random: systemRandom,
    met: (link) => {
      links.met++;
      link.onFrame = (frame) => {
        for (const { message } of decodeParcel(frame)) said.push(...textIn(message));
      };
      link.onClose = () => links.lost++;
    },
    log: () => undefined,
  });
  const [here, there] = carrierPair();
  near.nearby.add(new CarrierPlace(here, near.nearby, 'called'));
  theirs.add(new CarrierPlace(there, theirs, 'caller'));
  await expect.poll(() => links.met).toBe(1);
  await anna.messenger.send(chat, { text: 'before' });
  await expect.poll(() => said).toContain('before');

  await anna.messenger.remove(chat, vera.device.self.person);
  await anna.messenger.send(chat, { text: 'after the removal' });
  await expect.poll(() => links.lost, { timeout: 10_000 }).toBe(1);
  // Two beacons, at least.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(said).not.toContain('after the removal');
  expect(links.met).toBe(1);
  await theirs.close();
  await near.close();
}, 60_000);
