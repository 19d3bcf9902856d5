/** Calls to somebody at home, by a carrier in memory: how many go out, and what is shown. */
import { encodeNearCode } from '@polynya/protocol/near-code';
import type { CarrierFactory } from '@polynya/reach/carriers/carrier';
import { CarrierPlace } from '@polynya/reach/carriers/lan/carrier-place';
import type { NearLink } from '@polynya/reach/carriers/lan/link';
import { Nearby } from '@polynya/reach/carriers/lan/nearby';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { systemRandom } from '@polynya/reach/clock';
import { carrierPair, type End } from '@polynya/reach/test/carrier-pair';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FailingStore } from '../test/failing-store.ts';
import { type Person, Town } from '../test/town.ts';
import { carryKey } from './keys.ts';

const code = encodeNearCode(['192.168.0.9'], {
  port: 40_001,
  secret: 'a'.repeat(22),
  fingerprint: new Uint8Array(32),
});

/** What answers, if anything does. */
let answer: End | null = null;
/** Calls that go on. */
let calls = 0;
const home: CarrierFactory = {
  kind: 'webrtc',
  takes: (endpoint) => endpoint.startsWith('webrtc:'),
  open: async (_, signal) => {
    if (answer) return answer;
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
    carriers: [webSocketCarrier, home],
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

test('who answers and is met no more is not said to be silent', async () => {
  const { chat } = await anna.messenger.createGroup('The house');
  const shared = [{ key: await carryKey(anna.device.conversation(chat).held.group), of: null }];
  const [here, there] = carrierPair();
  answer = here;
  let link: NearLink | undefined;
  const other = new Nearby<null>({
    secrets: async () => shared,
    random: systemRandom,
    met: (one) => {
      link = one;
    },
    log: () => undefined,
  });
  other.add(new CarrierPlace(there, other, 'called'));
  const seen: string[] = [];
  const off = anna.messenger.subscribe({ query: 'near' }, (view) => void seen.push(view.state));
  await anna.messenger.nearCall(code);
  await anna.until({ query: 'near' }, (view) => view.state === 'near', 'near');
  shared.splice(0);
  link?.close();
  await anna.until({ query: 'near' }, (view) => view.state === 'strangers', 'strangers');
  off();
  expect(seen).not.toContain('silent');
  await anna.messenger.nearEnd();
  await other.close();
}, 60_000);

test('whom nobody there knows is told so as long as somebody answers, though the carrier ends once a minute', async () => {
  const strangers = (view: { state: string }) => view.state === 'strangers';
  const [here, there] = carrierPair();
  answer = here;
  const seen: string[] = [];
  const off = anna.messenger.subscribe({ query: 'near' }, (view) => void seen.push(view.state));
  await anna.messenger.nearCall(code);
  await anna.until({ query: 'near' }, strangers, 'strangers');
  const [again, thereAgain] = carrierPair();
  answer = again;
  seen.splice(0);
  there.close();
  await expect.poll(() => again.sent.length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(new Set([...seen, await state()])).toEqual(new Set(['strangers']));
  answer = null;
  thereAgain.close();
  await anna.until({ query: 'near' }, (view) => view.state === 'silent', 'silent');
  off();
  await anna.messenger.nearEnd();
}, 60_000);
