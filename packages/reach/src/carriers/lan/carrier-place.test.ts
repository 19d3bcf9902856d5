/** Two devices at the ends of a carrier, as a page and a terminal are: who they meet there, and who gets nothing. */
import { concat, equal, u32 } from '@polynya/protocol/bytes';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { systemRandom } from '../../clock.ts';
import { carrierPair, type End } from '../../test/carrier-pair.ts';
import { Beacons, decodeBeacon } from './beacon.ts';
import { CarrierPlace } from './carrier-place.ts';
import { HELLO } from './handshake.ts';
import type { NearLink } from './link.ts';
import { Nearby } from './nearby.ts';
import type { Pipe } from './pipe.ts';
import type { Visited } from './place.ts';

const open: Nearby<string>[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

interface Met {
  readonly nearby: Nearby<string>;
  readonly place: CarrierPlace;
  readonly links: Map<string, NearLink>;
  readonly heard: string[];
}

/** @param shares chats, and what their members share */
function device(end: End, side: 'caller' | 'called', shares: Record<string, Uint8Array>): Met {
  const links = new Map<string, NearLink>();
  const heard: string[] = [];
  const nearby = new Nearby<string>({
    secrets: async () => Object.entries(shares).map(([of, key]) => ({ key, of })),
    random: systemRandom,
    met: (link, { of }) => {
      links.set(of, link);
      link.onFrame = (frame) => void heard.push(`${of}: ${frame.length}`);
      link.onClose = () => links.delete(of);
    },
    log: () => undefined,
  });
  open.push(nearby);
  const place = new CarrierPlace(end, nearby, side);
  place.onClose = () => nearby.remove(place);
  nearby.add(place);
  return { nearby, place, links, heard };
}

const [family, work, own, other] = [1, 2, 3, 4].map(() => systemRandom(32)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

test('a link for each chat that both are in, and what is long in one holds nothing up in another', async () => {
  const [there, here] = carrierPair();
  const page = device(there, 'caller', { family, work, own });
  const terminal = device(here, 'called', { other, work, family });
  await expect.poll(() => [...page.links.keys()].toSorted()).toEqual(['family', 'work']);
  await expect.poll(() => [...terminal.links.keys()].toSorted()).toEqual(['family', 'work']);
  page.links.get('family')?.send(new Uint8Array(1_000_000).fill(0x77));
  page.links.get('work')?.send(new Uint8Array(3));
  terminal.links.get('work')?.send(new Uint8Array(5));
  await expect.poll(() => terminal.heard.toSorted()).toEqual(['family: 1000000', 'work: 3']);
  await expect.poll(() => page.heard).toEqual(['work: 5']);
  const wire = Buffer.concat([...there.sent, ...here.sent]);
  expect(wire.includes('w'.repeat(16))).toBe(false);
  page.links.get('work')?.close();
  await expect.poll(() => terminal.links.has('work')).toBe(false);
  // Whoever is near is met again.
  await expect.poll(() => [...terminal.links.keys()].toSorted()).toEqual(['family', 'work']);
  page.place.close();
  await expect.poll(() => terminal.links.size + page.links.size).toBe(0);
});

test('who shares no chat meets nobody, whatever they say, and hears beacons alone', async () => {
  const [there, here] = carrierPair();
  const terminal = device(here, 'called', { family });
  const heard: Uint8Array[] = [];
  const stranger: Visited = { heard: (beacon) => void heard.push(beacon), called: () => undefined };
  const place = new CarrierPlace(there, stranger, 'caller');
  await expect.poll(() => heard.length).toBeGreaterThan(0);
  const [beacon = new Uint8Array()] = heard;
  const run = decodeBeacon(beacon)?.run ?? new Uint8Array();
  // Of another chat, with a run that makes the terminal the one to call; and what it said itself.
  place.tell(new Beacons(new Uint8Array(16).fill(255), systemRandom).next(0, [own]));
  place.tell(beacon);
  const hellos = [systemRandom(HELLO), concat(run, systemRandom(HELLO)), systemRandom(9_000)];
  for (const [n, hello] of hellos.entries()) {
    const number = u32(2 * n + 1);
    there.send(concat(number, hello));
    await expect.poll(() => here.sent.some((envelope) => equal(envelope, number))).toBe(true);
  }
  expect(terminal.links.size).toBe(0);
  // A pipe's end, or a beacon.
  expect(here.sent.every(({ length }) => length === 4 || length === 4 + beacon.length)).toBe(true);
}, 60_000);

test('of one who proves nothing few connections are held, and secrets are not asked for with each beacon', async () => {
  const [there, here] = carrierPair();
  let asked = 0;
  const secrets = async () => {
    asked++;
    return [{ key: family, of: 'family' }];
  };
  const none = { met: () => undefined, log: () => undefined, random: systemRandom };
  const nearby = new Nearby<string>({ secrets, ...none });
  open.push(nearby);
  nearby.add(new CarrierPlace(here, nearby, 'called'));
  const ended = () => here.sent.filter(({ length }) => length === 4).length;
  for (let number = 1; number < 40; number += 2) there.send(concat(u32(number), systemRandom(3)));
  await expect.poll(ended).toBe(20 - 4);
  const beacons = new Beacons(systemRandom(16), systemRandom);
  for (let n = 0; n < 500; n++) there.send(concat(u32(0), beacons.next(0, [own])));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(asked).toBe(1);
});

test('as many chats as two have in common are met one after the other, however many', async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [n, systemRandom(32)]));
  const [there, here] = carrierPair();
  const page = device(there, 'caller', many);
  device(here, 'called', many);
  await expect.poll(() => page.links.size, { timeout: 15_000 }).toBe(30);
}, 20_000);

test('bytes that nobody sends end the carrier or are passed over, and nobody is met by them', async () => {
  const frame = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc
      .tuple(fc.nat({ max: 9 }), fc.uint8Array({ maxLength: 300 }))
      .map(([number, bytes]) => concat(u32(number), bytes)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 12 }), async (frames) => {
      const [there, here] = carrierPair();
      const terminal = device(here, 'called', { family });
      for (const bytes of frames) there.send(bytes);
      await new Promise((resolve) => setImmediate(resolve));
      expect(terminal.links.size).toBe(0);
      terminal.place.close();
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('so many pipes are taken from one device and no more, and none from one that does not read', async () => {
  const [there, here] = carrierPair();
  const pipes = new Set<Pipe>();
  const visited: Visited = { heard: () => undefined, called: (pipe) => void pipes.add(pipe) };
  const place = new CarrierPlace(here, visited, 'called');
  let closed = false;
  place.onClose = () => {
    closed = true;
  };
  for (let number = 1; number < 1_000; number += 2)
    there.send(concat(u32(number), systemRandom(3)));
  await expect.poll(() => here.sent.length).toBe(500 - 256);
  expect(pipes.size).toBe(256);
  // A number again, one of ours, and one that is gone begin nothing.
  for (const number of [1, 2, 1_001 - 4]) there.send(concat(u32(number), systemRandom(3)));
  await new Promise((resolve) => setImmediate(resolve));
  expect(pipes.size).toBe(256);
  here.waits = 9_000_000;
  [...pipes][0]?.send(systemRandom(3));
  expect(closed).toBe(true);
});
