import { splitEnvelopes } from '@polynya/protocol/envelope';
import { expect, test } from 'vitest';
import type { Carrier } from '../carrier.ts';
import { postCarrierBy } from './client.ts';

/** A server that answers nothing until it is told to. */
async function held(): Promise<{ carrier: Carrier; bodies: Uint8Array[][]; answer: () => void }> {
  const bodies: Uint8Array[][] = [];
  const waiting: ((answer: Uint8Array<ArrayBuffer>) => void)[] = [];
  const factory = postCarrierBy((_, body) => {
    bodies.push([...splitEnvelopes(body)]);
    return new Promise((resolve) => waiting.push(resolve));
  });
  const carrier = await factory.open('https://chat.example/s', new AbortController().signal);
  return { carrier, bodies, answer: () => waiting.shift()?.(new Uint8Array(0)) };
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
