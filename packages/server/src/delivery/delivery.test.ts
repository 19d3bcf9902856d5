import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeliveryBench, TestGroup, type TestSession } from '../test/delivery-bench.ts';
import { entry, hashOf, id, refused, secret } from '../test/ids.ts';

let bench: DeliveryBench;
let group: TestGroup;
beforeEach(async () => {
  bench = await new DeliveryBench({ rates: { entries: { burst: 512, everyMs: 20 } } }).start();
  group = await new TestGroup(bench).create();
});
afterEach(() => bench.close());

const say = (session: TestSession, epoch: number, body?: string) =>
  session.ask('append', { n: 1, entries: [entry(epoch, body)] });

describe('a capability after a closing Commit', () => {
  let removed: TestSession;
  let watching: TestSession;
  beforeEach(async () => {
    removed = await group.member();
    watching = await group.member();
    await watching.ask('watch', { n: 1 });
    await say(removed, 0);
    await group.commit(true);
    const remaining = await group.member();
    await remaining.ask('watch', { n: 1 });
    await say(remaining, 1, 'not for the removed');
    await remaining.ask('signal', { n: 1, body: secret() });
    await (await group.member()).ask('signal', { n: 1, body: secret() });
  });

  test('reads up to that Commit and not beyond, however it was opened', async () => {
    for (const session of [removed, await group.member(0)]) {
      const { entries, head } = await session.ask('read', { n: 1, from: 1, bytes: 100_000 });
      expect(entries.map(({ seq, kind }) => [seq, kind])).toEqual([
        [1, 0],
        [2, 1],
      ]);
      expect(head).toBe(2);
      expect((await session.ask('read', { n: 1, from: 3, bytes: 100_000 })).entries).toEqual([]);
    }
  });

  test('ends a watch that was running, with that Commit as its last push', async () => {
    expect(watching.seqs(1)).toEqual([1, 2]);
    expect(watching.pushed.filter(({ item }) => item !== 'push')).toEqual([]);
  });

  test('appends, commits, watches and signals nothing', async () => {
    const turn = { closes: true, next: secret() };
    for (const attempt of [
      say(removed, 0),
      say(removed, 1),
      removed.ask('commit', { n: 1, entry: entry(1), turn }),
      removed.ask('watch', { n: 1 }),
      removed.ask('signal', { n: 1, body: secret() }),
    ]) {
      await expect(attempt).rejects.toMatchObject(refused('forbidden'));
    }
  });

  test('hears no signal while its watch is being refused', async () => {
    const remaining = await group.member();
    for (let round = 0; round < 10; round++) {
      const signalled = remaining.ask('signal', { n: 1, body: secret() });
      await expect(removed.ask('watch', { n: 1 })).rejects.toMatchObject(refused('forbidden'));
      await signalled;
    }
    expect(removed.pushed).toEqual([]);
  });

  test('is told where its entries end when it opens again', async () => {
    const session = bench.session();
    const { log } = group;
    const state = await session.ask('open', { n: 5, log, secret: group.capability(0) });
    expect(state).toMatchObject({ role: 0, upTo: 0, head: 2, epoch: 0 });
  });
});

test('a removed member climbs to its last epoch through the Commits that did not close', async () => {
  await group.commit(false);
  await say(await group.member(), 1);
  await say(await group.member(0), 0, 'late, of the epoch before');
  await group.commit(true);
  const read = async (epoch: number) => {
    const session = await group.member(epoch);
    return (await session.ask('read', { n: 1, from: 1, bytes: 100_000 })).entries.map((e) => e.seq);
  };
  expect(await read(0)).toEqual([1]);
  expect(await read(1)).toEqual([1, 2, 3, 4]);
});

test('a removed member reads no entry behind the head that it is told, from wherever it reads', async () => {
  await group.commit(false);
  await say(await group.member(1), 1);
  await say(await group.member(0), 0, 'late, of the epoch before');
  await group.commit(true);
  const { log } = group;
  const session = bench.session();
  const state = await session.ask('open', { n: 1, log, secret: group.capability(0) });
  expect(state).toMatchObject({ head: 1, upTo: 0 });
  for (const from of [2, 3, 4]) {
    const { entries, head } = await session.ask('read', { n: 1, from, bytes: 100_000 });
    expect({ entries, head }).toEqual({ entries: [], head: 1 });
  }
});

describe('Commits that do not close', () => {
  test('leave older capabilities reading, and writing for three epochs', async () => {
    const old = await group.member(0);
    await old.ask('watch', { n: 1 });
    for (let epoch = 1; epoch <= 3; epoch++) {
      await group.commit(false);
      await say(old, 0);
    }
    await group.commit(false);
    await expect(say(old, 0)).rejects.toMatchObject(refused('stale'));
    await expect(say(old, 4)).rejects.toMatchObject(refused('stale'));
    expect(old.seqs(1)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await say(await group.member(), 4);
    expect(old.seqs(1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const { entries } = await old.ask('read', { n: 1, from: 1, bytes: 100_000 });
    expect(entries).toHaveLength(8);
  });

  test('are limited per log to 32 at once and then one in 30 s, whoever makes them', async () => {
    for (let i = 0; i < 32; i++) await group.commit(false);
    await expect(group.commit(false)).rejects.toMatchObject({
      ...refused('rate'),
      retryAfter: 30_000,
    });
    bench.now += 30_000;
    await group.commit(false);
    await expect(group.commit(false)).rejects.toMatchObject(refused('rate'));
    await group.commit(true);
  });

  test('do not use the limit up by losing, or by being asked for again', async () => {
    const session = await group.member();
    const first = entry(0);
    const turn = { closes: false, next: secret() };
    await session.ask('commit', { n: 1, entry: first, turn });
    for (let i = 0; i < 30; i++) {
      expect(await session.ask('commit', { n: 1, entry: first, turn })).toEqual({ seq: 1 });
      const lost = { n: 1, entry: entry(0), turn: { closes: false, next: secret() } };
      await expect(session.ask('commit', lost)).rejects.toMatchObject(refused('stale'));
    }
    const another = { n: 1, entry: entry(1), turn: { closes: false, next: secret() } };
    expect(await session.ask('commit', another)).toEqual({ seq: 2 });
  });

  test('made by two members as fast as they can do not stop a third from writing', async () => {
    let stopped = false;
    const churn = async () => {
      while (!stopped) await group.commit(false).catch(() => (bench.now += 10));
    };
    const churning = [churn(), churn()];
    let written = 0;
    for (let tries = 0; tries < 40 && written < 5; tries++) {
      const { epoch } = group;
      const third = await group.member(epoch);
      await say(third, epoch).then(
        () => written++,
        () => undefined,
      );
    }
    stopped = true;
    await Promise.all(churning);
    expect(written).toBe(5);
  });
});

test('a batch repeated after a Commit, its answer lost, is answered with its first seqs', async () => {
  const session = await group.member();
  const entries = [entry(), entry()];
  const first = await session.ask('append', { n: 1, entries });
  for (let i = 0; i < 5; i++) await group.commit(i === 4);
  expect(await session.ask('append', { n: 1, entries })).toEqual(first);
  await expect(
    session.ask('append', { n: 1, entries: [...entries, entry()] }),
  ).rejects.toMatchObject(refused('exists'));
});

test('one id twice in a batch is malformed and appends nothing', async () => {
  const session = await group.member();
  const one = entry();
  await expect(session.ask('append', { n: 1, entries: [one, one] })).rejects.toMatchObject(
    refused('malformed'),
  );
  expect(await session.ask('watch', { n: 1 })).toMatchObject({ head: 0 });
});

describe('a watch', () => {
  test('is pushed every entry after it is durable, in order, until it ends', async () => {
    const watcher = await group.member();
    expect(await watcher.ask('watch', { n: 1 })).toMatchObject({ head: 0 });
    await watcher.ask('watch', { n: 1 });
    const writer = await group.member();
    await Promise.all(Array.from({ length: 20 }, () => say(writer, 0)));
    expect(watcher.seqs(1)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    await watcher.ask('unwatch', { n: 1 });
    await say(writer, 0);
    expect(watcher.seqs(1)).toHaveLength(20);
  });

  test('is nudged when more came than a push holds', async () => {
    const watcher = await group.member();
    await watcher.ask('watch', { n: 1 });
    const writer = await group.member();
    const large = Array.from({ length: 3 }, () => entry(0, 'x'.repeat(30_000)));
    await writer.ask('append', { n: 1, entries: large });
    expect(watcher.pushed).toEqual([{ item: 'nudge', n: 1, head: 3 }]);
    await Promise.all(Array.from({ length: 65 }, () => say(writer, 0)));
    expect(watcher.pushed.at(-1)).toEqual({ item: 'nudge', n: 1, head: 68 });
  });

  test('ends with its session', async () => {
    const watcher = await group.member();
    await watcher.ask('watch', { n: 1 });
    watcher.end();
    await say(await group.member(), 0);
    expect(watcher.pushed).toEqual([]);
  });
});

test('reads of one session do not hold up those of another', async () => {
  const [greedy, modest] = [await group.member(), await group.member()];
  const done: string[] = [];
  const read = (session: TestSession, n: number, who: string) =>
    session
      .ask('read', { n, from: 1, bytes: 100_000 })
      .catch(() => undefined)
      .then(() => done.push(who));
  // Those of a number that is not open are refused at once, and let no other pass.
  const many = Array.from({ length: 40 }, (_, i) => read(greedy, 1 + (i % 2), `${i % 2}`));
  await read(modest, 1, 'modest');
  expect(done.filter((who) => who === '0').length).toBeLessThan(4);
  await Promise.all(many);
  expect(done).toHaveLength(41);
});

test('a signal reaches whoever watches, but not its sender, and is limited', async () => {
  const [sender, watcher] = [await group.member(), await group.member()];
  await sender.ask('watch', { n: 1 });
  await watcher.ask('watch', { n: 1 });
  const body = secret();
  await sender.ask('signal', { n: 1, body });
  expect(watcher.pushed).toEqual([{ item: 'signal', n: 1, body }]);
  expect(sender.pushed).toEqual([]);
  const flood = Array.from({ length: 100 }, () => sender.ask('signal', { n: 1, body }));
  const refusals = (await Promise.allSettled(flood)).filter(({ status }) => status === 'rejected');
  expect(refusals).toHaveLength(37);
  expect(refusals[0]).toMatchObject({ reason: refused('rate') });
});

test('entries are limited per log of a session, however often it opens the log', async () => {
  const session = await group.member();
  const open = { log: group.log, secret: group.capability() };
  const entries = () => Array.from({ length: 16 }, () => entry());
  for (let i = 0; i < 32; i++) await session.ask('append', { n: 1, entries: entries() });
  await expect(session.ask('append', { n: 1, entries: entries() })).rejects.toMatchObject({
    ...refused('rate'),
    retryAfter: 16 * 20,
  });
  for (const n of [1, 2]) {
    await session.ask('open', { n, ...open });
    await expect(session.ask('append', { n, entries: entries() })).rejects.toMatchObject(
      refused('rate'),
    );
  }
  await say(await group.member(), 0);
});

describe('an inbox', () => {
  const log = id();
  const owner = secret();
  let own: TestSession;
  beforeEach(async () => {
    const { allowance } = bench;
    await bench.session().ask('create', { log, kind: 1, hash: hashOf(owner), allowance });
    own = await bench.opened(log, owner);
  });

  test('takes `perHour` letters from each contact token, over all its sessions', async () => {
    const [one, two] = [secret(), secret()];
    await own.ask('watch', { n: 1 });
    await own.ask('allow', { n: 1, hash: hashOf(one), perHour: 3 });
    await own.ask('allow', { n: 1, hash: hashOf(two), perHour: 3 });
    const last = entry();
    for (const letter of [entry(), entry(), last]) {
      await (await bench.opened(log, one)).ask('append', { n: 1, entries: [letter] });
    }
    const contact = await bench.opened(log, one);
    await expect(say(contact, 0)).rejects.toMatchObject(refused('rate'));
    await expect(contact.ask('append', { n: 1, entries: [last] })).resolves.toEqual({ seqs: [0] });
    await say(await bench.opened(log, two), 0);
    bench.now += 1_200_000;
    await say(contact, 0);
    expect(own.seqs(1)).toEqual([1, 2, 3, 4, 5]);
  });

  test('does not tell a contact by seqs how many letters others send', async () => {
    const [one, two] = [secret(), secret()];
    await own.ask('allow', { n: 1, hash: hashOf(one), perHour: 9 });
    await own.ask('allow', { n: 1, hash: hashOf(two), perHour: 9 });
    const [mine, another] = [await bench.opened(log, one), await bench.opened(log, two)];
    const told = [await say(mine, 0), await say(another, 0), await say(mine, 0)];
    expect(told).toEqual([{ seqs: [0] }, { seqs: [0] }, { seqs: [0] }]);
  });

  test('hands KeyPackages to contacts and tells its owner whose stock is low', async () => {
    const token = secret();
    const hash = hashOf(token);
    const [first, second] = [secret(), secret()];
    await own.ask('allow', { n: 1, hash, perHour: 60 });
    await own.ask('stock', { n: 1, hash, packages: [first], last: second });
    const contact = await bench.opened(log, token);
    expect(await contact.ask('take', { n: 1, id: id() })).toEqual({ package: first });
    expect(await contact.ask('take', { n: 1, id: id() })).toEqual({ package: second });
    expect(await own.ask('watch', { n: 1 })).toMatchObject({ role: 1, low: [hash] });
    await own.ask('revoke', { n: 1, hash });
    await expect(contact.ask('take', { n: 1, id: id() })).rejects.toMatchObject(
      refused('not-found'),
    );
  });

  test('refuses contacts everything else, and group requests to everybody', async () => {
    const token = secret();
    await own.ask('allow', { n: 1, hash: hashOf(token), perHour: 60 });
    const contact = await bench.opened(log, token);
    const turn = { closes: false, next: secret() };
    for (const attempt of [
      contact.ask('read', { n: 1, from: 1, bytes: 10 }),
      contact.ask('watch', { n: 1 }),
      contact.ask('signal', { n: 1, body: secret() }),
      contact.ask('stock', { n: 1, hash: hashOf(token), packages: [], last: null }),
      contact.ask('commit', { n: 1, entry: entry(), turn }),
      own.ask('commit', { n: 1, entry: entry(), turn }),
      own.ask('take', { n: 1, id: id() }),
    ]) {
      await expect(attempt).rejects.toMatchObject(refused('forbidden'));
    }
  });
});

test('an invite granted from an allowance admits, and can be withdrawn by that allowance alone', async () => {
  const session = bench.session();
  const { allowance } = bench;
  const [used, withdrawn, stranger] = [secret(), secret(), secret()];
  const until = bench.now / 1_000 + 86_400;
  for (const invite of [used, withdrawn]) {
    await session.ask('grant', { allowance, hash: hashOf(invite), uses: 1, until });
  }
  await session.ask('admit', { invite: used, allowance: stranger });
  await session.ask('admit', { invite: used, allowance: stranger });
  expect(await session.ask('allowance', { allowance: stranger })).toMatchObject({ invites: 1_024 });
  const hash = hashOf(withdrawn);
  for (const other of [1, 2].map((uses) => ({ uses, until: until + 3 - uses }))) {
    await expect(session.ask('grant', { allowance, hash, ...other })).rejects.toMatchObject(
      refused('exists'),
    );
  }
  await session.ask('grant', { allowance, hash, uses: 1, until });
  for (const unknown of [hash, secret()]) {
    const attempt = session.ask('withdraw', { allowance: stranger, hash: unknown });
    await expect(attempt).rejects.toMatchObject(refused('not-found'));
  }
  expect(await session.ask('allowance', { allowance })).toMatchObject({ invites: 7_950 });
  await session.ask('withdraw', { allowance, hash });
  expect(await session.ask('allowance', { allowance })).toMatchObject({ invites: 8_975 });
  await expect(
    session.ask('admit', { invite: withdrawn, allowance: secret() }),
  ).rejects.toMatchObject(refused('not-found'));
});

test('a blob goes in by pieces and comes out again', async () => {
  const session = bench.session();
  const [blob, read, drop] = [id(), secret(), secret()];
  const { allowance } = bench;
  const hashes = { hash: hashOf(read), drop: hashOf(drop) };
  await session.ask('blob', { blob, ...hashes, pieces: 2, allowance });
  await session.ask('put', { blob, secret: read, index: 1, body: secret('piece') });
  expect(await session.ask('stat', { blob, secret: read })).toEqual({
    pieces: 2,
    present: Uint8Array.of(2),
  });
  expect(await session.ask('get', { blob, secret: read, index: 1 })).toEqual({
    body: secret('piece'),
  });
  await session.ask('drop', { blob, secret: drop });
  await expect(session.ask('get', { blob, secret: read, index: 1 })).rejects.toMatchObject(
    refused('not-found'),
  );
});
