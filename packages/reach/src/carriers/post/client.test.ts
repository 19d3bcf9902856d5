import { splitEnvelopes } from '@polynya/protocol/envelope';
import { LIMITS } from '@polynya/protocol/limits';
import { expect, test } from 'vitest';
import { Openings } from '../../client/openings.ts';
import type { Carrier } from '../carrier.ts';
import { postCarrierBy } from './client.ts';

const OPEN = 'https://chat.example/s';
const HIDDEN = 'https://bakery.example/abcdefghijklmnopqrstuv/s';

/** A server that answers nothing until it is told to. */
async function held(
  endpoint = OPEN,
  openings = new Openings(),
): Promise<{
  carrier: Carrier;
  bodies: Uint8Array[][];
  /** Whether each was to be of no length known beforehand. */
  uneven: boolean[];
  answer: () => void;
}> {
  const uneven: boolean[] = [];
  const bodies: Uint8Array[][] = [];
  const waiting: ((answer: Uint8Array<ArrayBuffer>) => void)[] = [];
  const factory = postCarrierBy((_, body, __, random) => {
    uneven.push(random !== undefined);
    bodies.push([...splitEnvelopes(body)]);
    return new Promise((resolve) => waiting.push(resolve));
  });
  const carrier = await factory.open(endpoint, new AbortController().signal, openings);
  return { carrier, bodies, uneven, answer: () => waiting.shift()?.(new Uint8Array(0)) };
}

test('however much lingers, few POSTs are under way, and what waits is told', async () => {
  const { carrier, bodies, answer } = await held();
  for (let each = 0; each < 100; each++) carrier.send(new Uint8Array(256), 'lingers');
  expect(bodies.length).toBe(8);
  expect(carrier.backlog()).toBe(92 * 256);
  // What is said does not wait for it.
  carrier.send(new Uint8Array(10));
  expect(bodies.length).toBe(9);
  answer();
  await expect.poll(() => bodies.length).toBe(10);
  expect(bodies.every((envelopes) => envelopes.length === 1)).toBe(true);
  expect(carrier.backlog()).toBe(91 * 256);
  carrier.close();
  expect(carrier.backlog()).toBe(0);
});

test('what waits while POSTs are under way goes in one, in its order', async () => {
  const { carrier, bodies, answer } = await held();
  for (let each = 0; each < 10; each++) carrier.send(Uint8Array.of(each));
  expect(bodies.length).toBe(4);
  expect(carrier.backlog()).toBe(6);
  answer();
  await expect.poll(() => bodies.length).toBe(5);
  expect(bodies[4]?.map(([each]) => each)).toEqual([4, 5, 6, 7, 8, 9]);
  expect(carrier.backlog()).toBe(0);
  carrier.close();
});

test('to what passes for a web site no two bodies need be of one length: behind what is said is what no server takes for an envelope', async () => {
  const beside = new Set<number>();
  for (let each = 0; each < 40; each++) {
    const { carrier, bodies, uneven } = await held(HIDDEN);
    carrier.send(new Uint8Array(256).fill(7));
    const [said, none, ...more] = bodies[0] ?? [];
    expect(said).toEqual(new Uint8Array(256).fill(7));
    expect(more).toEqual([]);
    expect(none?.length).toBeLessThan(LIMITS.envelopeFloor);
    beside.add(none?.length ?? 0);
    expect(uneven).toEqual([true]);
    carrier.close();
  }
  expect(beside.size).toBeGreaterThan(10);
  const { carrier, bodies, uneven } = await held(OPEN);
  carrier.send(new Uint8Array(256));
  expect(bodies).toEqual([[new Uint8Array(256)]]);
  expect(uneven).toEqual([false]);
  carrier.close();
});

test('as many envelopes as a server takes in one body are sent with what is beside them', async () => {
  const { carrier, bodies, answer } = await held(HIDDEN);
  for (let each = 0; each < 4 + LIMITS.postEnvelopes; each++) carrier.send(Uint8Array.of(each));
  answer();
  await expect.poll(() => bodies.length).toBe(5);
  expect(bodies[4]?.length).toBe(LIMITS.postEnvelopes);
  carrier.close();
});

test('a connection for each POST that is under way at a time is told to who counts them, and none twice', async () => {
  const openings = new Openings();
  const { carrier, answer, bodies } = await held(HIDDEN, openings);
  carrier.send(new Uint8Array(256));
  // The first was counted by whoever opened the carrier.
  expect(openings.all).toEqual([]);
  carrier.send(new Uint8Array(256), 'lingers');
  carrier.send(new Uint8Array(256));
  expect(openings.all.map(({ host }) => host)).toEqual(['bakery.example', 'bakery.example']);
  answer();
  answer();
  await expect.poll(() => bodies.length).toBe(3);
  carrier.send(new Uint8Array(256));
  expect(openings.all.length).toBe(2);
  carrier.close();
});
