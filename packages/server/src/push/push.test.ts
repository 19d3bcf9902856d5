/** Who is away is told that something came: once, by a push service, and only of logs that they may see. */
import { generateKeyPairSync } from 'node:crypto';
import { systemRandom } from '@polynya/reach/clock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeliveryBench, TestGroup, type TestSession } from '../test/delivery-bench.ts';
import { HandClock } from '../test/hand-clock.ts';
import { entry, hashOf, id, refused, secret } from '../test/ids.ts';
import { PushService, type TestBrowser } from '../test/push-service.ts';
import { Push } from './push.ts';

const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let service: PushService;
let clock: HandClock;
let bench: DeliveryBench;
let push: Push;
let group: TestGroup;
let author: TestSession;
beforeEach(async () => {
  service = await PushService.start();
  clock = new HandClock();
  const report = (error: unknown) => void bench.reported.push(error);
  bench = await new DeliveryBench({}, (engine) => {
    const ports = { ...service.reach, engine, clock, now: clock.now, random: systemRandom };
    push = new Push({ ...ports, key, report });
    return push;
  }).start();
  group = await new TestGroup(bench).create();
  author = await group.member();
});
afterEach(async () => {
  push.close();
  await bench.close();
  await service.stop();
  expect(bench.reported).toEqual([]);
});

/** A browser that subscribed to the group's log. */
async function subscribed(
  browser: TestBrowser = service.browser(push.publicKey),
  row = id(),
): Promise<{ browser: TestBrowser; session: TestSession; row: Uint8Array }> {
  const session = await group.member();
  await session.ask('subscribe', { n: 1, id: row, ...browser.subscription });
  return { browser, session, row };
}

const away = async () => {
  const one = await subscribed();
  one.session.connected = false;
  return one;
};
const wake = (by = author, except: Uint8Array[] = []) => by.ask('wake', { n: 1, except });
const heard = ({ heard }: TestBrowser, times: number) =>
  vi.waitFor(() => expect(heard).toHaveLength(times), { timeout: 60_000 });
/** What was to come has come: another browser, told of another log after them, has heard. */
async function settled(): Promise<void> {
  const other = await new TestGroup(bench).create();
  const browser = service.browser(push.publicKey);
  const session = await other.member();
  await session.ask('subscribe', { n: 1, id: id(), ...browser.subscription });
  session.connected = false;
  await wake(await other.member());
  await heard(browser, 1);
}

test('a server says by which key it sends', async () => {
  expect((await author.ask('pushKey', {})).key).toEqual(push.publicKey);
});

test('a server that sends none names no key, and takes no subscription', async () => {
  const without = await new DeliveryBench().start();
  try {
    const session = await new TestGroup(without).create().then((silent) => silent.member());
    expect((await session.ask('pushKey', {})).key).toHaveLength(0);
    const { subscription } = service.browser(push.publicKey);
    const asked = session.ask('subscribe', { n: 1, id: id(), ...subscription });
    await expect(asked).rejects.toMatchObject(refused('forbidden'));
    await session.ask('wake', { n: 1, except: [] });
  } finally {
    await without.close();
  }
});

test('who is away is told that something came, and nothing else', async () => {
  const { browser } = await away();
  await wake();
  await heard(browser, 1);
  expect(browser.heard).toEqual([Buffer.of(1)]);
});

test('nobody is told before somebody says that it is worth it', async () => {
  const { browser } = await away();
  await author.ask('append', {
    n: 1,
    entries: [{ id: id(), epoch: 0, body: secret() }],
  });
  await settled();
  expect(browser.heard).toHaveLength(0);
});

test('one message waits for a browser, of however many logs, until it was there again', async () => {
  const { browser, session } = await away();
  const other = await new TestGroup(bench).create();
  const there = await other.member();
  await there.ask('subscribe', { n: 1, id: id(), ...browser.subscription });
  there.connected = false;
  await wake();
  await wake();
  await wake(await other.member());
  await settled();
  expect(browser.heard).toHaveLength(1);
  await session.ask('subscribe', { n: 1, id: id(), ...browser.subscription });
  await wake();
  await heard(browser, 2);
});

test('who is on a line is not told, unless nothing comes up on it any more', async () => {
  const { browser, session } = await subscribed();
  await wake();
  await session.ask('watch', { n: 1 });
  clock.pass(1);
  await session.ask('watch', { n: 1 });
  clock.pass(60_000);
  await settled();
  expect(browser.heard).toHaveLength(0);
  await session.ask('watch', { n: 1 });
  await wake();
  clock.pass(60_000);
  await heard(browser, 1);
});

test('the author and their other devices are not told', async () => {
  const { browser, session, row } = await subscribed();
  session.connected = false;
  await wake(session);
  await wake(author, [row]);
  await settled();
  expect(browser.heard).toHaveLength(0);
});

describe('an inbox', () => {
  const [log, owner, token] = [id(), secret(), secret()];
  let own: TestSession;
  let contact: TestSession;
  let browser: TestBrowser;
  const subscribe = (by: TestSession, left: Uint8Array) =>
    by.ask('subscribe', { n: 1, id: left, ...browser.subscription });
  const write = (by: TestSession) =>
    Promise.all([by.ask('append', { n: 1, entries: [entry(0)] }), wake(by)]);

  beforeEach(async () => {
    browser = service.browser(push.publicKey);
    const { allowance } = bench;
    await author.ask('create', { log, kind: 1, hash: hashOf(owner), allowance });
    own = await bench.opened(log, owner);
    await own.ask('allow', { n: 1, hash: hashOf(token), perHour: 9 });
    contact = await bench.opened(log, token);
  });

  test('tells its owner of a letter by a token that they subscribed for, and of no other', async () => {
    const other = secret();
    await own.ask('allow', { n: 1, hash: hashOf(other), perHour: 9 });
    await subscribe(own, token);
    own.connected = false;
    await write(await bench.opened(log, other));
    await settled();
    expect(browser.heard).toHaveLength(0);
    await write(contact);
    await heard(browser, 1);
  });

  test('holds one subscription for a token, which its owner alone leaves and takes back', async () => {
    await subscribe(own, token);
    await subscribe(own, token);
    expect(await bench.engine.subscriptions(log)).toHaveLength(1);
    for (const ask of [
      () => subscribe(contact, id()),
      () => contact.ask('unsubscribe', { n: 1, id: id(), auth: id() }),
      () => wake(own),
    ]) {
      await expect(ask()).rejects.toMatchObject(refused('forbidden'));
    }
    await expect(subscribe(own, id())).rejects.toMatchObject(refused('malformed'));
    await expect(subscribe(author, token)).rejects.toMatchObject(refused('malformed'));
    await own.ask('unsubscribe', { n: 1, id: token, auth: browser.subscription.auth });
    expect(await bench.engine.subscriptions(log)).toEqual([]);
  });

  test('wakes by no token that was revoked', async () => {
    await subscribe(own, token);
    await own.ask('revoke', { n: 1, hash: hashOf(token) });
    await expect(wake(contact)).rejects.toMatchObject(refused('not-found'));
  });

  test('shows who has the database alone nothing of the token', async () => {
    await subscribe(own, token);
    const [row] = await bench.engine.subscriptions(log);
    const all = Buffer.concat([row?.id ?? id(), row?.sealed ?? id()]);
    for (const bytes of [token, hashOf(token)]) {
      expect(all.includes(Buffer.from(bytes.subarray(0, 8)))).toBe(false);
    }
    expect(row).toMatchObject({ epoch: 0 });
  });
});

describe('a subscription', () => {
  test('replaces what the same browser left before', async () => {
    const { browser, session, row } = await away();
    await session.ask('subscribe', { n: 1, id: row, ...browser.subscription });
    expect(await bench.engine.subscriptions(group.log)).toHaveLength(1);
  });

  test('is replaced, taken back and kept out by nobody who knows its id alone', async () => {
    const { browser, row } = await away();
    const member = await group.member();
    await member.ask('unsubscribe', { n: 1, id: row, auth: id() });
    const own = service.browser(push.publicKey);
    await member.ask('subscribe', { n: 1, id: row, ...own.subscription });
    member.connected = false;
    await wake();
    await Promise.all([heard(browser, 1), heard(own, 1)]);

    const early = service.browser(push.publicKey);
    const late = await subscribed(early, row);
    await late.session.ask('unsubscribe', { n: 1, id: row, auth: early.subscription.auth });
    expect(await bench.engine.subscriptions(group.log)).toHaveLength(2);
  });

  test('ends when it is taken back', async () => {
    const { browser, session, row } = await away();
    const { auth } = browser.subscription;
    await session.ask('unsubscribe', { n: 1, id: row, auth });
    await wake();
    await settled();
    expect(browser.heard).toHaveLength(0);
  });

  test('ends two weeks after its browser was there last, and is deleted then', async () => {
    const { browser } = await away();
    bench.now += 14 * 24 * 3_600_000;
    clock.at += 14 * 24 * 3_600_000;
    await wake();
    await settled();
    expect(browser.heard).toHaveLength(0);
    const hour = bench.now / 3_600_000;
    const kept = {
      entriesSince: 0,
      blobsSince: 0,
      largeBlobsSince: 0,
      largeBlob: 1,
      maxBytes: 1e9,
    };
    while (await bench.engine.retain({ ...kept, now: hour }));
    const census = await bench.engine.census();
    // That of the browser that heard.
    expect(census.find(({ table }) => table === 'subscription')?.rows).toBe(1);
  });

  test.each([403, 404, 410])('ends when its service answers %i', async (status) => {
    service.status = status;
    await away();
    await wake();
    await vi.waitFor(async () => expect(await bench.engine.subscriptions(group.log)).toEqual([]), {
      timeout: 60_000,
    });
  });

  test('is tried once more where its service is busy, and again with the next message', async () => {
    service.status = 503;
    const { browser } = await away();
    await wake();
    await heard(browser, 1);
    await vi.waitFor(
      () => {
        clock.pass(5_000);
        expect(browser.heard).toHaveLength(2);
      },
      { timeout: 60_000 },
    );
    service.status = 201;
    await vi.waitFor(
      async () => {
        await wake();
        expect(browser.heard.length).toBeGreaterThan(2);
      },
      { timeout: 60_000 },
    );
  });

  test('goes along with a member who goes on to the next epoch', async () => {
    const { browser } = await away();
    await group.commit(false, author);
    // What it was sealed under opens nothing for who comes later.
    const [row] = await bench.engine.subscriptions(group.log);
    expect(row?.epoch).toBe(0);
    await author.ask('open', { n: 2, log: group.log, secret: group.capability() });
    await vi.waitFor(
      async () => expect((await bench.engine.subscriptions(group.log))[0]?.epoch).toBe(1),
      { timeout: 60_000 },
    );
    await wake(await group.member());
    await heard(browser, 1);
  });

  test('stays behind where a Commit shut somebody out, also if the server ended before it was deleted', async () => {
    await away();
    const [kept] = await bench.engine.subscriptions(group.log);
    const [turn, access] = [
      { closes: true, next: hashOf(secret('next')) },
      { role: 'member', epoch: 0 } as const,
    ];
    await bench.engine.commit(group.log, access, entry(), turn, true);
    await author.ask('open', { n: 2, log: group.log, secret: secret('next') });
    await settled();
    expect(await bench.engine.subscriptions(group.log)).toEqual([kept]);
    expect(kept).toMatchObject({ epoch: 0 });
  });

  test('is brought along once by however many come at the same time', async () => {
    await Promise.all([away(), away(), away()]);
    const others = await Promise.all([group.member(), group.member()]);
    await group.commit(false, author);
    const reseal = vi.spyOn(bench.engine, 'reseal');
    for (const one of [author, ...others]) {
      await one.ask('open', { n: 2, log: group.log, secret: group.capability() });
    }
    const epochs = async () =>
      (await bench.engine.subscriptions(group.log)).map(({ epoch }) => epoch);
    await vi.waitFor(async () => expect(await epochs()).toEqual([1, 1, 1]), { timeout: 60_000 });
    await settled();
    expect(reseal).toHaveBeenCalledTimes(3);
  });

  test('is taken back by nobody to whom the log is closed', async () => {
    const removed = await group.member();
    await group.commit(true, author);
    const { row } = await away();
    const asked = removed.ask('unsubscribe', { n: 1, id: row, auth: id() });
    await expect(asked).rejects.toMatchObject(refused('forbidden'));
    expect(await bench.engine.subscriptions(group.log)).toHaveLength(1);
  });

  test('ends with a Commit that shuts somebody out, and its browser is told a last time', async () => {
    const { browser } = await away();
    await group.commit(true, author);
    await heard(browser, 1);
    await vi.waitFor(async () => expect(await bench.engine.subscriptions(group.log)).toEqual([]), {
      timeout: 60_000,
    });
  });

  test('tells nothing to whoever has the database alone', async () => {
    const { browser, row } = await away();
    const other = await new TestGroup(bench).create();
    const session = await other.member();
    await session.ask('subscribe', { n: 1, id: row, ...browser.subscription });
    const [one] = await bench.engine.subscriptions(group.log);
    const [two] = await bench.engine.subscriptions(other.log);
    expect(one?.sealed.length).toBe(two?.sealed.length);
    const all = Buffer.concat([one, two].flatMap((row) => [row?.id ?? id(), row?.sealed ?? id()]));
    // By the id, which others in the chat can work out, its device would be found in every log.
    for (const word of ['https', '127.0.0.1', browser.subscription.auth, row]) {
      expect(all.includes(Buffer.from(word))).toBe(false);
    }
  });

  test.each([
    ['an address inside', { endpoint: 'https://10.0.0.1/x' }],
    ['another scheme', { endpoint: 'http://127.0.0.1/x' }],
    ['no point of the curve', { key: new Uint8Array(65) }],
  ])('to %s is malformed', async (_, wrong) => {
    const { subscription } = service.browser(push.publicKey);
    const asked = author.ask('subscribe', { n: 1, id: id(), ...subscription, ...wrong });
    await expect(asked).rejects.toMatchObject(refused('malformed'));
  });

  test('is refused to whom the log is closed', async () => {
    const removed = await group.member();
    await group.commit(true, author);
    const { subscription } = service.browser(push.publicKey);
    for (const ask of [
      () => removed.ask('subscribe', { n: 1, id: id(), ...subscription }),
      () => wake(removed),
    ]) {
      await expect(ask()).rejects.toMatchObject(refused('forbidden'));
    }
  });
});
