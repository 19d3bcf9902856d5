import { expect, test } from 'vitest';
import type { Carrier } from '../carriers/carrier.ts';
import { VirtualTime } from '../test/virtual-time.ts';
import { Conversation } from './conversation.ts';
import type { Way } from './line.ts';

function conversationOver(clock: VirtualTime) {
  const carrier: Carrier = {
    ...{ kind: 'memory', polls: false },
    send: () => undefined,
    backlog: () => 0,
    onEnvelope: () => undefined,
    onClose: () => undefined,
    close: () => undefined,
  };
  const factory = { kind: 'memory', open: () => Promise.resolve(carrier) };
  const way: Way = {
    ...{ factory, endpoint: 'memory:', host: '' },
    ...{ failures: 0, avoidUntil: 0, took: 0 },
  };
  const conversation = new Conversation(carrier, way, clock, () => Promise.resolve());
  const bring = (count: number, bytes: number) => {
    for (let each = 0; each < count; each++) carrier.onEnvelope(new Uint8Array(bytes));
  };
  return { conversation, bring };
}

test('many envelopes that come at once do not show that a connection does not freeze: they share packets', () => {
  const { conversation, bring } = conversationOver(new VirtualTime());
  bring(100, 256);
  expect(conversation.unfrozen).toBe(false);
});

test('as many one after the other do, each having come in a packet of its own', async () => {
  const clock = new VirtualTime();
  const { conversation, bring } = conversationOver(clock);
  for (let each = 0; each < 64; each++) {
    expect(conversation.unfrozen).toBe(false);
    const next = clock.now() + 10;
    clock.setTimeout(() => undefined, 10);
    await clock.until(() => clock.now() >= next, 10);
    bring(1, 256);
  }
  expect(conversation.unfrozen).toBe(true);
});

test('and so do 64 KiB, however they come', () => {
  const { conversation, bring } = conversationOver(new VirtualTime());
  bring(15, 4_096);
  expect(conversation.unfrozen).toBe(false);
  bring(1, 4_096);
  expect(conversation.unfrozen).toBe(true);
});
