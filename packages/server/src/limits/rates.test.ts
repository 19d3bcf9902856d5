/** What a session may make at once, since nothing of it is charged to an allowance, and what a contact token may. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeliveryBench } from '../test/delivery-bench.ts';
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
