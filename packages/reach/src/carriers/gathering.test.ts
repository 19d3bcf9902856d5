import { LIMITS } from '@polynya/protocol/limits';
import { expect, test } from 'vitest';
import { VirtualTime } from '../test/virtual-time.ts';
import { Gathering } from './gathering.ts';

function gathering(most: number) {
  const clock = new VirtualTime();
  const sent: { at: number; sizes: number[] }[] = [];
  const send = (envelopes: readonly Uint8Array[]) =>
    sent.push({ at: clock.steady(), sizes: envelopes.map(({ length }) => length) });
  return { clock, sent, waiting: new Gathering({ clock, wait: 100, most, send }) };
}

test('what is said while the first waits goes with it, and what comes later by itself', async () => {
  const { clock, sent, waiting } = gathering(1_000);
  waiting.add(new Uint8Array(10));
  clock.setTimeout(() => waiting.add(new Uint8Array(20)), 60);
  clock.setTimeout(() => waiting.add(new Uint8Array(30)), 130);
  expect(waiting.bytes).toBe(10);
  await clock.until(() => sent.length === 2, 1_000);
  expect(sent).toEqual([
    { at: 100, sizes: [10, 20] },
    { at: 230, sizes: [30] },
  ]);
  expect(waiting.bytes).toBe(0);
});

test('a body holds no more than it may, length prefixes counted, but for an envelope that is longer alone', async () => {
  const { clock, sent, waiting } = gathering(100);
  for (const size of [46, 46, 1, 200, 5]) waiting.add(new Uint8Array(size));
  await clock.until(() => sent.length === 4, 1_000);
  expect(sent.map(({ sizes }) => sizes)).toEqual([[46, 46], [1], [200], [5]]);
});

test('a body holds so many envelopes and no more', async () => {
  const { clock, sent, waiting } = gathering(Number.POSITIVE_INFINITY);
  for (let i = 0; i <= LIMITS.postEnvelopes; i++) waiting.add(new Uint8Array(1));
  await clock.until(() => sent.length === 2, 1_000);
  expect(sent.map(({ sizes }) => sizes.length)).toEqual([LIMITS.postEnvelopes, 1]);
});

test('what was cleared is not sent', async () => {
  const { clock, sent, waiting } = gathering(100);
  waiting.add(new Uint8Array(1));
  waiting.clear();
  waiting.add(new Uint8Array(2));
  await clock.until(() => sent.length === 1, 1_000);
  expect(sent[0]?.sizes).toEqual([2]);
});
