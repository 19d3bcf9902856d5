/** A session has one watch of a log, however often it opened it (docs/protocol.md, section 4). */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeliveryBench, TestGroup, type TestSession } from '../test/delivery-bench.ts';
import { entry, refused } from '../test/ids.ts';

let bench: DeliveryBench;
let group: TestGroup;
let session: TestSession;
beforeEach(async () => {
  bench = await new DeliveryBench().start();
  group = await new TestGroup(bench).create();
  session = bench.session();
});
afterEach(() => bench.close());

const open = (n: number, epoch?: number) =>
  session.ask('open', { n, log: group.log, secret: group.capability(epoch) });

const tell = (by: TestSession, body: string) =>
  by.ask('append', { n: 1, entries: [entry(group.epoch, body)] });

const numbersPushed = () => session.pushed.map((item) => 'n' in item && item.n);

const say = async () => tell(await group.member(), 'said');

test('a log that a session opened under many numbers is pushed once, under the number watched last', async () => {
  const numbers = Array.from({ length: 50 }, (_, i) => i + 1);
  await Promise.all(numbers.map((n) => open(n)));
  await Promise.all(numbers.map((n) => session.ask('watch', { n })));
  await say();
  expect(numbersPushed()).toEqual([50]);
  await session.ask('watch', { n: 7 });
  await say();
  expect(numbersPushed()).toEqual([50, 7]);
});

test('a watch that was ended by another number leaves that one alone', async () => {
  for (const n of [1, 2]) await open(n);
  for (const n of [1, 2]) await session.ask('watch', { n });
  await session.ask('unwatch', { n: 1 });
  await say();
  await open(1, 0);
  await session.ask('unwatch', { n: 2 });
  await say();
  expect(numbersPushed()).toEqual([2]);
});

test('a refused watch under another number takes nothing over', async () => {
  await group.commit(true);
  await open(1);
  await session.ask('watch', { n: 1 });
  await open(2, 0);
  await expect(session.ask('watch', { n: 2 })).rejects.toMatchObject(refused('forbidden'));
  await say();
  expect(session.seqs(1)).toEqual([2]);
  expect(session.seqs(2)).toEqual([]);
});

test('sessions do not take watches from each other', async () => {
  const sessions = await Promise.all([group.member(), group.member()]);
  for (const one of sessions) await one.ask('watch', { n: 1 });
  await say();
  expect(sessions.map((one) => one.seqs(1))).toEqual([[1], [1]]);
});

test('a watch is pushed without the body what was appended or committed under its own number', async () => {
  const [one, other] = [await group.member(), await group.member()];
  await one.ask('open', { n: 2, log: group.log, secret: group.capability() });
  for (const session of [one, other]) await session.ask('watch', { n: 1 });
  await Promise.all([tell(one, 'mine'), tell(other, 'theirs')]);
  await group.commit(false, one);
  await one.ask('watch', { n: 2 });
  await one.ask('append', { n: 1, entries: [entry(1, 'mine under another number')] });
  const { entries } = await other.ask('read', { n: 1, from: 1, bytes: 100_000 });
  const bodiless = (...seqs: number[]) =>
    entries.map((e) => (seqs.includes(e.seq) ? { ...e, body: new Uint8Array(0) } : e));
  expect(one.entries(1)).toEqual(bodiless(1, 3).slice(0, 3));
  expect(one.entries(2)).toEqual(entries.slice(3));
  expect(other.entries(1)).toEqual(bodiless(2));
});
