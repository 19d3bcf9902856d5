import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Openings } from '../../client/openings.ts';
import { VirtualTime } from '../../test/virtual-time.ts';
import { Slots } from './slots.ts';

const ENDPOINTS = ['https://one.example/s', 'https://two.example/s'];
const MINUTE = 60_000;

test('no host is connected to a fourth time within a minute, whoever else connects', () => {
  const step = fc.record({ wait: fc.nat(40_000), other: fc.boolean(), fails: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const time = new VirtualTime();
      const openings = new Openings();
      const slots = new Slots(ENDPOINTS, openings, time);
      const taken: { endpoint: string; at: number }[] = [];
      for (const { wait, other, fails } of steps) {
        time.set(wait);
        if (other) openings.note('one.example', time.now());
        const endpoint = slots.take();
        if (endpoint === null) continue;
        taken.push({ endpoint, at: time.now() });
        const host = new URL(endpoint).host;
        const recent = openings.all.filter(
          (each) => each.host === host && each.at > time.now() - MINUTE,
        );
        expect(recent.length).toBeLessThanOrEqual(3);
        if (fails) slots.failed(endpoint);
        else slots.worked(endpoint);
      }
    }),
  );
});

test('a slot is free again when it is said to be', () => {
  const time = new VirtualTime();
  const slots = new Slots(ENDPOINTS, new Openings(), time);
  for (let count = 0; count < 6; count++) expect(slots.take()).not.toBe(null);
  expect(slots.take()).toBe(null);
  time.set(slots.changesAt() - time.now());
  expect(slots.take()).not.toBe(null);
});

test('an endpoint that failed is left alone, longer each time, and others are used', () => {
  const time = new VirtualTime();
  const slots = new Slots(ENDPOINTS, new Openings(), time);
  const [one = '', two = ''] = ENDPOINTS;
  slots.failed(one);
  expect(slots.take()).toBe(two);
  time.set(19_000);
  expect(slots.take()).toBe(two);
  time.set(2_000);
  slots.failed(two);
  expect(slots.take()).toBe(one);
  slots.failed(one);
  time.set(21_000);
  expect(slots.take()).toBe(two);
});

test('what may wait leaves as many connections as it is told', () => {
  const slots = new Slots(ENDPOINTS, new Openings(), new VirtualTime());
  const taken = Array.from({ length: 6 }, () => slots.take(new Set(), 2)).filter(Boolean);
  expect(taken.length).toBe(4);
  expect(slots.take()).not.toBe(null);
});
