import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clock } from '../../clock.ts';
import { type AddressMemory, KnownAddresses } from './known-addresses.ts';

const DAY = 24 * 3_600_000;

class Memory implements AddressMemory {
  kept: Uint8Array | undefined;
  saves = 0;
  load = () => Promise.resolve(this.kept);
  save(encoded: Uint8Array): void {
    this.kept = encoded;
    this.saves++;
  }
}

function at(day: number): Clock {
  return { now: () => day * DAY, setTimeout: () => () => undefined };
}

test('what was proved comes before what was told, the last first, and outlives a restart', async () => {
  const memory = new Memory();
  const known = new KnownAddresses(memory, at(20_000));
  await known.told('bakery.example', ['203.0.113.1', 'not an address', '203.0.113.2']);
  await known.proved('bakery.example', '203.0.113.2');
  await known.proved('bakery.example', '2001:db8::1');
  const wanted = ['2001:db8::1', '203.0.113.2', '203.0.113.1'];
  expect(await known.of('bakery.example')).toEqual(wanted);
  const later = new KnownAddresses(memory, at(20_059));
  expect(await later.of('bakery.example')).toEqual(wanted);
  expect(await later.of('choir.example')).toEqual([]);
});

test('what is told takes the place of what was told before', async () => {
  const known = new KnownAddresses(new Memory(), at(1));
  await known.told('a.example', ['203.0.113.1']);
  await known.told('a.example', ['203.0.113.2']);
  expect(await known.of('a.example')).toEqual(['203.0.113.2']);
});

test('of what is heard at the same time nothing is lost', async () => {
  const known = new KnownAddresses(new Memory(), at(1));
  const hosts = ['a.example', 'b.example', 'c.example'];
  await Promise.all(hosts.map((host) => known.told(host, ['203.0.113.1'])));
  for (const host of hosts) expect(await known.of(host)).toEqual(['203.0.113.1']);
});

test('what was neither reached nor told for sixty days is forgotten', async () => {
  const memory = new Memory();
  await new KnownAddresses(memory, at(100)).proved('a.example', '203.0.113.1');
  expect(await new KnownAddresses(memory, at(160)).of('a.example')).toHaveLength(1);
  expect(await new KnownAddresses(memory, at(161)).of('a.example')).toEqual([]);
});

test('the same again on the same day writes nothing', async () => {
  const memory = new Memory();
  const known = new KnownAddresses(memory, at(100));
  for (let times = 0; times < 3; times++) await known.proved('a.example', '203.0.113.1');
  expect(memory.saves).toBe(1);
});

test('there are never more than 32 hosts of four addresses each, the newest', async () => {
  const known = new KnownAddresses(new Memory(), at(1));
  for (let host = 0; host < 40; host++) {
    for (let last = 0; last < 6; last++)
      await known.proved(`h${host}.example`, `203.0.113.${last}`);
  }
  expect(await known.of('h7.example')).toEqual([]);
  expect(await known.of('h8.example')).toHaveLength(4);
  expect(await known.of('h39.example')).toContain('203.0.113.5');
});

test('a memory that cannot be read is an empty one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (bytes) => {
      const memory = new Memory();
      memory.kept = bytes;
      const known = new KnownAddresses(memory, at(1));
      expect(await known.of('a.example')).toEqual([]);
      await known.proved('a.example', '203.0.113.1');
      expect(await known.of('a.example')).toEqual(['203.0.113.1']);
    }),
  );
});
