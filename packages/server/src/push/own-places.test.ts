/** Of the places for push subscriptions that a log has, one session gets one, and all together get new ones slowly. */
import { generateKeyPairSync } from 'node:crypto';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeliveryBench, TestGroup, type TestSession } from '../test/delivery-bench.ts';
import { HandClock } from '../test/hand-clock.ts';
import { id, refused } from '../test/ids.ts';
import { PushService, type TestBrowser } from '../test/push-service.ts';
import { Push } from './push.ts';

const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** New places of a log: so many at once, then one in so many ms. */
const places = { burst: 3, everyMs: 60_000 };
let service: PushService;
let bench: DeliveryBench;
let push: Push;
let group: TestGroup;
beforeEach(async () => {
  service = await PushService.start();
  const clock = new HandClock();
  const report = (error: unknown) => void bench.reported.push(error);
  bench = await new DeliveryBench({ rates: { subscriptions: places } }, (engine) => {
    const ports = { ...service.reach, engine, clock, now: clock.now, random: systemRandom };
    push = new Push({ ...ports, key, report });
    return push;
  }).start();
  group = await new TestGroup(bench).create();
});
afterEach(async () => {
  push.close();
  await bench.close();
  await service.stop();
});

const browser = () => service.browser(push.publicKey);
const leave = (session: TestSession, { subscription }: TestBrowser, row = id()) =>
  session.ask('subscribe', { n: 1, id: row, ...subscription });
const taken = async () => (await bench.engine.subscriptions(group.log)).length;

test('a session has one place in a log, whatever it leaves there', async () => {
  const session = await group.member();
  await Promise.all([leave(session, browser()), leave(session, browser())]);
  await leave(session, browser());
  expect(await taken()).toBe(1);
});

test('new places of a log are taken so many at once by all sessions, then one in a while; known ones at any time', async () => {
  const [known, row] = [browser(), id()];
  await leave(await group.member(), known, row);
  await leave(await group.member(), browser());
  await leave(await group.member(), browser());
  const late = await group.member();
  const refusal = { ...refused('rate'), retryAfter: places.everyMs };
  await expect(leave(late, browser())).rejects.toMatchObject(refusal);
  await leave(await group.member(), known, row);
  expect(await taken()).toBe(3);
  bench.now += places.everyMs;
  await leave(late, browser());
  expect(await taken()).toBe(4);
});

test('who is refused takes no place of the others', async () => {
  const session = await group.member();
  const { subscription } = browser();
  const malformed = session.ask('subscribe', { n: 1, id: id(), ...subscription, endpoint: 'no' });
  await expect(malformed).rejects.toMatchObject(refused('malformed'));
  await group.commit(true, await group.member());
  await expect(leave(session, browser())).rejects.toMatchObject(refused('forbidden'));
  for (let i = 0; i < places.burst; i++) await leave(await group.member(), browser());
  expect(await taken()).toBe(places.burst);
});
