import type { SignatureKey } from '@polynya/mls/engine';
import type { DeviceList, ListEntry } from '@polynya/protocol/device-list';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signatureKey } from './credential.ts';
import { devicesIn, firstList, listHolds, lists, newestOf, signed } from './device-list.ts';

const key = (fill: number) => signatureKey(new Uint8Array(32).fill(fill));
const root = await key(1);
const [phone, laptop, tablet, stranger] = [await key(2), await key(3), await key(4), await key(5)];

const add = (list: DeviceList, by: SignatureKey, device: SignatureKey) =>
  signed(root.publicKey, list, by, { remove: false, device: device.publicKey });
const remove = (list: DeviceList, by: SignatureKey, device: SignatureKey) =>
  signed(root.publicKey, list, by, { remove: true, device: device.publicKey });
const holds = (list: DeviceList) => listHolds(root.publicKey, list);

const one = await firstList(root, phone.publicKey);
const two = await add(one, phone, laptop);
const three = await add(two, laptop, tablet);
const less = await remove(three, tablet, laptop);
const long = await add(less, root, await key(6));

describe('a device list', () => {
  test('has who was let in by the root or by a device of it, and has not who was taken out', async () => {
    expect(await holds(long)).toBe(true);
    expect(devicesIn(less)).toEqual([phone.publicKey, tablet.publicKey]);
    expect(lists(less, laptop.publicKey)).toBe(false);
  });

  test('is begun by the root alone, of which it holds for no other', async () => {
    const forged = await firstList(stranger, phone.publicKey);
    expect(await holds(forged)).toBe(false);
    expect(await listHolds(stranger.publicKey, one)).toBe(false);
    const higher = { ...one, generation: 1 };
    expect(await holds(higher)).toBe(false);
  });

  test('takes no entry of a stranger or of a device that was taken out', async () => {
    await expect(add(one, stranger, laptop)).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(add(less, laptop, stranger)).rejects.toMatchObject({ code: 'not-allowed' });
  });

  test('never takes a device back, nor one that it has', async () => {
    await expect(add(less, root, laptop)).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(add(less, root, phone)).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(remove(less, root, laptop)).rejects.toMatchObject({ code: 'not-allowed' });
  });

  test('has eight devices at most', async () => {
    let list = one;
    for (let n = 10; n < 17; n++) list = await add(list, root, await key(n));
    expect(devicesIn(list)).toHaveLength(8);
    await expect(add(list, root, laptop)).rejects.toMatchObject({ code: 'not-allowed' });
  });
});

describe('a device list does not hold', () => {
  const places = fc.nat(long.entries.length - 1);

  test('with entries in another order (property)', async () => {
    const orders = fc.shuffledSubarray(long.entries, { minLength: long.entries.length });
    await fc.assert(
      fc.asyncProperty(orders, async (entries) => {
        const same = entries.every((entry, at) => entry === long.entries[at]);
        expect(await holds({ ...long, entries })).toBe(same);
      }),
      { numRuns: 60 },
    );
  });

  test('without one of its entries, unless it is the last (property)', async () => {
    await fc.assert(
      fc.asyncProperty(places, async (at) => {
        const entries = long.entries.toSpliced(at, 1);
        expect(await holds({ ...long, entries })).toBe(at === long.entries.length - 1);
      }),
      { numRuns: 20 },
    );
  });

  test('with anything changed in an entry (property)', async () => {
    const forgery: fc.Arbitrary<(entry: ListEntry) => ListEntry> = fc.oneof(
      fc.constant((entry: ListEntry) => ({ ...entry, remove: !entry.remove })),
      fc.integer({ min: 1, max: 4 }).map((n) => (entry: ListEntry) => ({
        ...entry,
        by: (entry.by + n) % 5,
      })),
      fc
        .tuple(fc.constantFrom('device' as const, 'signature' as const), fc.nat(31))
        .map(([field, at]) => (entry: ListEntry) => ({
          ...entry,
          [field]: entry[field].map((byte, i) => (i === at ? byte ^ 1 : byte)),
        })),
    );
    await fc.assert(
      fc.asyncProperty(places, forgery, async (place, forge) => {
        const entries = long.entries.map((entry, at) => (at === place ? forge(entry) : entry));
        expect(await holds({ ...long, entries })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe('of two lists of one person', () => {
  test('the longer is the newer if the other is its beginning (property)', () => {
    const cut = fc.integer({ min: 1, max: long.entries.length });
    fc.assert(
      fc.property(cut, cut, (a, b) => {
        const [first, second] = [a, b].map((n) => ({ ...long, entries: long.entries.slice(0, n) }));
        if (!first || !second) throw new Error('two lists were cut');
        expect(newestOf(first, second)?.entries).toHaveLength(Math.max(a, b));
      }),
    );
  });

  test('neither is, if they go different ways', async () => {
    const other = await add(one, phone, stranger);
    expect(newestOf(two, other)).toBeNull();
    expect(newestOf(other, long)).toBeNull();
  });

  test('the one of a higher generation is, whatever the other says', async () => {
    const anew = await firstList(root, tablet.publicKey, 1);
    expect(await holds(anew)).toBe(true);
    expect(newestOf(anew, long)).toBe(anew);
    expect(newestOf(long, anew)).toBe(anew);
  });
});
