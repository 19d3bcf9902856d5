import { expect, test } from 'vitest';
import { systemRandom } from '../clock.ts';
import { VirtualTime } from '../test/virtual-time.ts';
import { Conversation } from './conversation.ts';
import { lingerOn } from './linger.ts';

test('who is quiet is known by no beat: no two requests need linger for as long', async () => {
  const clock = new VirtualTime();
  const carrier = {
    ...{ kind: 'post', polls: true, onEnvelope: () => undefined, onClose: () => undefined },
    ...{ send: () => undefined, backlog: () => 0, close: () => undefined },
  };
  const factory = { kind: 'post', open: () => Promise.resolve(carrier) };
  const way = { factory, endpoint: '', host: '', failures: 0, avoidUntil: 0, took: 0 };
  const conversation = new Conversation(carrier, way, clock, () => Promise.resolve());
  conversation.handle = new Uint8Array(16);
  const asked: number[] = [];
  await lingerOn({
    ...{ conversation, clock, random: systemRandom, wanted: () => true },
    pushed: () => asked.length,
    ask: (ms) => {
      asked.push(ms);
      if (asked.length === 50) conversation.end();
      return Promise.resolve();
    },
  });
  expect(new Set(asked).size).toBeGreaterThan(20);
  expect(Math.min(...asked)).toBeGreaterThanOrEqual(20_000);
  expect(Math.max(...asked)).toBeLessThanOrEqual(25_000);
  expect(asked.every(Number.isInteger)).toBe(true);
});
