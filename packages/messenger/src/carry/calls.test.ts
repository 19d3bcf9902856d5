/** Calls to somebody at home, by a carrier that nobody answers: how many go out, and what is shown. */
import { encodeNearCode } from '@polynya/protocol/near-code';
import type { CarrierFactory } from '@polynya/reach/carriers/carrier';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FailingStore } from '../test/failing-store.ts';
import { type Person, Town } from '../test/town.ts';

const code = encodeNearCode(['192.168.0.9'], {
  port: 40_001,
  secret: 'a'.repeat(22),
  fingerprint: new Uint8Array(32),
});

/** Calls that go on. */
let calls = 0;
const unanswered: CarrierFactory = {
  kind: 'webrtc',
  takes: (endpoint) => endpoint.startsWith('webrtc:'),
  open: (_, signal) => {
    calls++;
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        calls--;
        reject(signal.reason);
      });
    });
  },
};

let town: Town;
let store: FailingStore;
let anna: Person;

beforeAll(async () => {
  town = await Town.found();
  anna = await town.person('Anna', {
    carriers: [webSocketCarrier, unanswered],
    wrap: (kept) => {
      store = new FailingStore(kept);
      return store;
    },
  });
}, 60_000);
afterAll(() => town.end());

const state = async () => (await anna.now({ query: 'near' })).state;

test('a code that is read twice is called once, and not any more once that is ended', async () => {
  const { messenger } = anna;
  await Promise.all([messenger.nearCall(code), messenger.nearCall(code)]);
  expect(await state()).toBe('calling');
  expect(calls).toBe(1);
  await messenger.nearEnd();
  expect(calls).toBe(0);
  await Promise.all([messenger.nearCall(code), messenger.nearEnd()]);
  expect([await state(), calls]).toEqual(['off', 0]);
}, 60_000);

test('nobody is said to be called where that could not be written', async () => {
  store.left = 1;
  await expect(anna.messenger.nearCall(code)).rejects.toThrow();
  store.left = Number.POSITIVE_INFINITY;
  expect([await state(), calls]).toEqual(['off', 0]);
}, 60_000);
