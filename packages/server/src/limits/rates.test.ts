/** What a session may make at once, since nothing of it is charged to an allowance, and what a contact token may. */
import type { ProtocolError } from '@polynya/protocol/protocol-error';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeliveryBench, TestGroup } from '../test/delivery-bench.ts';
import { entry, hashOf, id, refused, secret } from '../test/ids.ts';

let bench: DeliveryBench;
beforeEach(async () => {
  bench = await new DeliveryBench({ rates: { makes: { burst: 8, everyMs: 1_000 } } }).start();
});
afterEach(() => bench.close());

test('contact tokens and stocks of KeyPackages are made so many at once and then one in a while', async () => {
  const session = bench.session();
  const [log, owner] = [id(), secret()];
  await session.ask('create', { log, kind: 1, hash: hashOf(owner), allowance: bench.allowance });
  await session.ask('open', { n: 1, log, secret: owner });
  const hash = secret();
  await session.ask('allow', { n: 1, hash, perHour: 1 });
  const stock = () => session.ask('stock', { n: 1, hash, packages: [secret()], last: null });
  for (let i = 0; i < 6; i++) await stock();
  await expect(stock()).rejects.toMatchObject({ ...refused('rate'), retryAfter: 1_000 });
  await expect(session.ask('allow', { n: 1, hash, perHour: 2 })).rejects.toMatchObject(
    refused('rate'),
  );
  bench.now += 1_000;
  await stock();
});

test('a contact token that allows nothing is malformed, one that allows a letter an hour takes it', async () => {
  const session = bench.session();
  const [log, owner] = [id(), secret()];
  await session.ask('create', { log, kind: 1, hash: hashOf(owner), allowance: bench.allowance });
  await session.ask('open', { n: 1, log, secret: owner });
  const [none, one] = [secret(), secret()];
  const allow = session.ask('allow', { n: 1, hash: hashOf(none), perHour: 0 });
  await expect(allow).rejects.toMatchObject(refused('malformed'));
  const open = session.ask('open', { n: 2, log, secret: none });
  await expect(open).rejects.toMatchObject(refused('not-found'));
  await session.ask('allow', { n: 1, hash: hashOf(one), perHour: 1 });
  await session.ask('open', { n: 2, log, secret: one });
  const say = () => session.ask('append', { n: 2, entries: [entry()] });
  expect(await say()).toEqual({ seqs: [0] });
  await expect(say()).rejects.toMatchObject({ ...refused('rate'), retryAfter: 3_600_000 });
});

test('a log grows by a quarter of what it holds at once, from however many sessions, and by all of it in four hours', async () => {
  const logBytes = 2_097_152;
  const body = 'x'.repeat(65_000);
  const small = await new DeliveryBench({ keep: { logBytes } }).start();
  try {
    const group = await new TestGroup(small).create();
    const session = () => small.opened(group.log, group.capability());
    const append = async () => (await session()).ask('append', { n: 1, entries: [entry(0, body)] });
    for (let i = 0; i < 8; i++) await append();
    const refusal = await append().catch((error: unknown) => error);
    expect(refusal).toMatchObject(refused('rate'));
    // Time for one more, but for the little that was left.
    const { retryAfter } = refusal as ProtocolError;
    const one = (65_000 + 500) / logBytes;
    expect(retryAfter).toBeGreaterThan(0.9 * one * 4 * 3_600_000);
    expect(retryAfter).toBeLessThan(one * 4 * 3_600_000);

    // Who is to be put out of the group cannot hold that up.
    const turn = { closes: true, next: hashOf(secret()) };
    const closing = { n: 1, entry: entry(0, body), turn };
    await expect(
      (await session()).ask('commit', { ...closing, turn: { ...turn, closes: false } }),
    ).rejects.toMatchObject(refused('rate'));
    small.now += retryAfter ?? 0;
    await append();
    await (await session()).ask('commit', closing);
  } finally {
    await small.close();
  }
});
