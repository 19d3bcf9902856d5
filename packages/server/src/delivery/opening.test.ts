import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeliveryBench, TestGroup, type TestSession } from '../test/delivery-bench.ts';
import { entry, refused, secret } from '../test/ids.ts';

let bench: DeliveryBench;
let group: TestGroup;
beforeEach(async () => {
  bench = await new DeliveryBench().start();
  group = await new TestGroup(bench).create();
});
afterEach(() => bench.close());

const say = (session: TestSession, epoch: number) =>
  session.ask('append', { n: 1, entries: [entry(epoch)] });

describe('opening', () => {
  test('holds at once for what comes in the same turn, in order', async () => {
    const session = bench.session();
    const secret = group.capability();
    const [, one, two] = await Promise.all([
      session.ask('open', { n: 9, log: group.log, secret }),
      session.ask('append', { n: 9, entries: [entry()] }),
      session.ask('append', { n: 9, entries: [entry()] }),
    ]);
    expect([one, two]).toEqual([{ seqs: [1] }, { seqs: [2] }]);
  });

  test('that is refused leaves the number unopened', async () => {
    const session = bench.session();
    const [open, append] = await Promise.allSettled([
      session.ask('open', { n: 1, log: group.log, secret: secret() }),
      session.ask('append', { n: 1, entries: [entry()] }),
    ]);
    expect(open).toMatchObject({ reason: refused('not-found') });
    expect(append).toMatchObject({ reason: refused('unopened') });
    await expect(session.ask('unwatch', { n: 1 })).rejects.toMatchObject(refused('unopened'));
  });

  test('again with the same secret, because an answer was late, leaves the watch alone', async () => {
    const session = bench.session();
    const open = { n: 1, log: group.log, secret: group.capability() };
    const watching = Promise.all([session.ask('open', open), session.ask('watch', { n: 1 })]);
    await session.ask('open', open);
    await watching;
    await session.ask('open', open);
    await say(session, 0);
    expect(session.seqs(1)).toEqual([1]);
    await session.ask('unwatch', { n: 1 });
    await say(session, 0);
    expect(session.seqs(1)).toEqual([1]);
  });

  test('under another secret ends the watch of the one before', async () => {
    const session = await group.member();
    await session.ask('watch', { n: 1 });
    await group.commit(false);
    expect(session.seqs(1)).toEqual([1]);
    await session.ask('open', { n: 1, log: group.log, secret: group.capability() });
    await say(session, 1);
    expect(session.seqs(1)).toEqual([1]);
  });

  test('another log under the same number ends the watch of the one before', async () => {
    const other = await new TestGroup(bench).create();
    const session = await group.member();
    await session.ask('watch', { n: 1 });
    await session.ask('open', { n: 1, log: other.log, secret: other.capability() });
    await say(await group.member(), 0);
    expect(session.pushed).toEqual([]);
  });
});
