/** When a carrier that has shown that it does not freeze is asked whether it lives, and on a device that slept. */
import { expect, test } from 'vitest';
import { End } from '../test/carrier-pair.ts';
import { VirtualTime } from '../test/virtual-time.ts';
import { Conversation } from './conversation.ts';
import type { Way } from './line.ts';
import { keepAsking } from './pulse.ts';

function asking(clock: VirtualTime) {
  const carrier = new End();
  const factory = { kind: 'test', open: () => Promise.resolve(carrier) };
  const way: Way = {
    ...{ factory, endpoint: 'test:', host: '' },
    ...{ failures: 0, avoidUntil: 0, took: 0 },
  };
  const conversation = new Conversation(carrier, way, clock, () => Promise.resolve());
  carrier.onEnvelope(new Uint8Array(65_536));
  const asked: number[] = [];
  const began = clock.now();
  const none = (length: number) => new Uint8Array(length);
  void keepAsking(conversation, false, clock, none, () => asked.push(clock.now() - began));
  return { asked, conversation };
}

test('it is asked every half minute', async () => {
  const clock = new VirtualTime();
  const { asked, conversation } = asking(clock);
  await clock.until(() => asked.length === 3, 90_000);
  expect(asked).toEqual([30_000, 60_000, 90_000]);
  conversation.end();
});

test('after a sleep in which no timer ran it is asked soon', async () => {
  const clock = new VirtualTime();
  const { asked, conversation } = asking(clock);
  const woken = clock.now() + 600_000 + 6_000;
  clock.setTimeout(() => clock.set(600_000), 6_000);
  await clock.until(() => clock.now() >= woken, 10_000);
  await clock.until(() => asked.length > 0, 5_000);
  conversation.end();
});
