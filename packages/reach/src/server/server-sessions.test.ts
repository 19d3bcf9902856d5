import { equal, utf8 } from '@polynya/protocol/bytes';
import {
  HANDLE,
  padme,
  RECORD_FILL,
  recordAnswerTag,
  recordRequest,
} from '@polynya/protocol/envelope';
import { type Call, results } from '@polynya/protocol/requests';
import fc from 'fast-check';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { systemRandom } from '../clock.ts';
import { HANDLE_KEY, startSessions } from '../test/loopback.ts';
import { LOG, newSink, openLog, SessionStand } from '../test/session-stand.ts';
import { watchWebCrypto } from '../test/virtual-time.ts';
import { Sink } from './sink.ts';

const HOUR = 3_600_000;

let stand: SessionStand;

beforeAll(watchWebCrypto);
beforeEach(async () => {
  stand = await SessionStand.start();
});

const append = (id: number): Call => ({
  id,
  request: {
    op: 'append',
    n: 1,
    entries: [{ id: systemRandom(16), epoch: 0, body: Uint8Array.of(id) }],
  },
});

test('a first flight brings the answers to its calls, handles, the clock and the build', async () => {
  const { reply } = await stand.establish([openLog(1), append(2)]);
  expect(reply).toMatchObject({ version: 1, versions: [1], time: stand.time.now(), build: 'b1' });
  expect(reply.handles).toHaveLength(4);
  expect(reply.items.map((item) => item.item)).toEqual(['answer', 'answer']);
});

test('the first reply waits for all answers, though some calls are answered at once', async () => {
  const handles: Call = { id: 1, request: { op: 'handles', count: 0 } };
  stand.logs.delay = () => new Promise((resolve) => setTimeout(resolve, 5));
  const { reply } = await stand.establish([handles, openLog(2)]);
  expect(reply.items.map((item) => item.item)).toEqual(['answer', 'answer']);
});

test('a first flight is accepted once: repeated it is unknown and changes nothing', async () => {
  const { flight } = await stand.establish([openLog(1), append(2)]);
  expect(stand.server.receive(flight, stand.sink)).toBe('unknown');
  expect(stand.logs.log(LOG)).toHaveLength(1);
  expect(stand.server.size).toBe(1);
});

test('a repeated envelope is dropped, reordered ones are all taken', async () => {
  const { session, handle } = await stand.establish([openLog(1)]);
  const envelopes = await Promise.all([2, 3, 4].map((id) => session.seal(handle, [append(id)])));
  for (const envelope of [...envelopes].reverse()) await stand.server.receive(envelope, stand.sink);
  expect(stand.logs.log(LOG).map(({ body }) => body[0])).toEqual([4, 3, 2]);
  stand.sent.length = 0;
  for (const envelope of envelopes) await stand.server.receive(envelope, stand.sink);
  expect(stand.logs.log(LOG)).toHaveLength(3);
  expect(stand.sent).toEqual([]);
});

test('a client drops what comes down twice, and takes what comes in another order', async () => {
  const { session, handle } = await stand.establish([openLog(1)]);
  await stand.server.receive(await session.seal(handle, [append(2)]), stand.sink);
  await stand.server.receive(await session.seal(handle, [append(3)]), stand.sink);
  const [first, second] = stand.sent as [Uint8Array, Uint8Array];
  expect(await session.open(second)).toHaveLength(1);
  expect(await session.open(first)).toHaveLength(1);
  expect(await session.open(second)).toBeNull();
});

test('an envelope changed in any byte is unknown and changes nothing', async () => {
  const { session, handle } = await stand.establish([openLog(1)]);
  const envelope = await session.seal(handle, [append(2)]);
  fc.assert(
    fc.property(fc.nat(envelope.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = envelope.map((byte, i) => (i === at ? byte ^ mask : byte));
      expect(stand.server.receive(changed, stand.sink)).toBe('unknown');
    }),
  );
  fc.assert(
    fc.property(fc.nat(envelope.length - 1), (length) => {
      expect(stand.server.receive(envelope.subarray(0, length), stand.sink)).toBe('unknown');
    }),
  );
  expect(stand.logs.log(LOG)).toEqual([]);
  expect(stand.sent).toEqual([]);
  await stand.server.receive(envelope, stand.sink);
  expect(stand.logs.log(LOG)).toHaveLength(1);
});

test('random bytes are unknown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 2_000 }), (bytes) => {
      expect(stand.server.receive(bytes, stand.sink)).toBe('unknown');
    }),
  );
  expect(stand.sent).toEqual([]);
});

test('a lost session is told by the token of the handle, also after a restart', async () => {
  const { session, handle } = await stand.establish();
  stand.server.stop();
  stand.server = await startSessions(stand.logs, { clock: stand.time });
  await stand.server.receive(await session.seal(handle, [openLog(1)]), stand.sink);
  expect(stand.sent).toHaveLength(1);
  expect(stand.sent[0]?.length).toBeGreaterThanOrEqual(256);
  expect(session.isReset(stand.sent[0] ?? new Uint8Array(0))).toBe(true);
  expect(session.isReset(systemRandom(256))).toBe(false);
});

test('a handle of another server is unknown', async () => {
  const { session, handle } = await stand.establish();
  const other = await startSessions(stand.logs, { handleKey: HANDLE_KEY.map((b) => b ^ 1) });
  expect(other.receive(await session.seal(handle, [openLog(1)]), stand.sink)).toBe('unknown');
  other.stop();
});

test('a request for the record is answered with it, one for another server is unknown', () => {
  const nonce = systemRandom(16);
  const fill = systemRandom(RECORD_FILL);
  expect(stand.server.receive(recordRequest(SEED_OTHER, nonce, fill), stand.sink)).toBe('unknown');
  void stand.server.receive(recordRequest(stand.server.identity(), nonce, fill), stand.sink);
  const tag = recordAnswerTag(stand.server.identity(), nonce);
  expect(equal(stand.sent[0]?.subarray(0, HANDLE) ?? utf8(''), tag)).toBe(true);
  expect(stand.sent[0]?.subarray(HANDLE)).toEqual(stand.server.record());
});
const SEED_OTHER = new Uint8Array(32).fill(8);

test('no shared version: the first reply says 0 and what is spoken, and nothing is carried out', async () => {
  const handles: Call = { id: 2, request: { op: 'handles', count: 4 } };
  const { session, firstFlight: flight } = await stand.begin([openLog(1), handles], [7, 9]);
  await stand.server.receive(flight, stand.sink);
  const reply = await session.openFirstReply(stand.sent[0] ?? new Uint8Array(0));
  expect(reply).toMatchObject({ version: 0, versions: [1], handles: [] });
  expect(reply?.items).toMatchObject([
    { item: 'refusal', id: 1, code: 39 },
    { item: 'refusal', id: 2, code: 39 },
  ]);
  expect(stand.logs.counts.size).toBe(0);
  expect(stand.server.size).toBe(0);
});

test('every envelope is padded to the length that Padmé gives, 256 bytes at least', async () => {
  const { session, handle, flight } = await stand.establish([openLog(1)]);
  const up = await session.seal(handle, [append(2)]);
  await stand.server.receive(up, stand.sink);
  for (const { length } of [flight, up, ...stand.sent]) expect(padme(length)).toBe(length);
});

test('the time of day may be set ahead or back: sessions and keys last as long as they would', async () => {
  const { firstFlight } = await stand.begin();
  await stand.establish();
  stand.time.set(1_000 * HOUR);
  await stand.time.until(() => false, HOUR).catch(() => undefined);
  expect(stand.server.size).toBe(1);
  expect(stand.server.receive(firstFlight, stand.sink)).not.toBe('unknown');
  stand.time.set(-2_000 * HOUR);
  await stand.time.until(() => stand.server.size === 0, 24 * HOUR);
});

test('a session ends after 24 hours, or 10 minutes without a connection', async () => {
  await stand.establish();
  await stand.establish();
  await stand.time.until(() => false, 23.9 * HOUR).catch(() => undefined);
  expect(stand.server.size).toBe(2);
  await stand.time.until(() => stand.server.size === 0, HOUR);

  const fleeting = newSink([]);
  const { firstFlight: flight } = await stand.begin();
  await stand.server.receive(flight, fleeting);
  fleeting.close();
  await stand.time.until(() => false, 9 * 60_000).catch(() => undefined);
  expect(stand.server.size).toBe(1);
  await stand.time.until(() => stand.server.size === 0, 2 * 60_000);
  expect(stand.logs.ended).toBe(3);
});

test('when there are too many sessions, one without a connection makes room; without one, unknown', async () => {
  stand.server.stop();
  stand.server = await startSessions(stand.logs, { clock: stand.time, limits: { sessions: 1 } });
  await stand.establish();
  expect(stand.server.receive((await stand.begin()).firstFlight, stand.sink)).toBe('unknown');
  stand.sink.close();
  stand.sink = newSink(stand.sent);
  await stand.establish();
  expect(stand.server.size).toBe(1);
});

test('the session unheard for longest makes room, and a repeated first flight displaces nobody', async () => {
  stand.server.stop();
  stand.server = await startSessions(stand.logs, { clock: stand.time, limits: { sessions: 2 } });
  const [first, second] = [await stand.establish([openLog(1)]), await stand.establish()];
  // Who was heard within the same second is taken to be heard at once.
  await stand.time.until(() => false, 40_000).catch(() => undefined);
  await stand.ask(first.session, first.handle, [append(2)]);
  stand.sink.close();
  stand.sink = newSink(stand.sent);
  expect(stand.server.receive(first.flight, stand.sink)).toBe('unknown');
  expect(stand.server.size).toBe(2);
  await stand.establish();
  expect(await stand.ask(first.session, first.handle, [append(3)])).toMatchObject([{ id: 3 }]);
  await stand.server.receive(await second.session.seal(second.handle, []), stand.sink);
  expect(second.session.isReset(stand.sent.pop() ?? new Uint8Array(0))).toBe(true);
});

test('too many calls at a time are refused as busy', async () => {
  stand.server.stop();
  stand.server = await startSessions(stand.logs, { clock: stand.time, limits: { calls: 2 } });
  const { session, handle } = await stand.establish([openLog(1)]);
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  stand.logs.delay = () => gate;
  setTimeout(go, 20);
  const items = await stand.ask(session, handle, [append(2), append(3), append(4)]);
  expect(items.filter((item) => item.item === 'refusal')).toMatchObject([{ id: 4, code: 3 }]);
  expect(stand.logs.log(LOG)).toHaveLength(2);
});

test('a call asked again while under way is carried out once and answered where it was asked last', async () => {
  const { session, handle } = await stand.establish([openLog(1)]);
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  stand.logs.delay = () => gate;
  const later: Uint8Array[] = [];
  const one = append(2);
  const first = stand.server.receive(await session.seal(handle, [one]), stand.sink);
  const second = stand.server.receive(await session.seal(handle, [one]), newSink(later));
  go();
  await Promise.all([first, second]);
  expect(stand.logs.counts.get('append')).toBe(1);
  expect([stand.sent.length, later.length]).toEqual([0, 1]);
});

test('all that arises in one turn for one session goes out in one envelope', async () => {
  const { session, handle } = await stand.establish([openLog(1)]);
  await stand.ask(session, handle, [{ id: 2, request: { op: 'watch', n: 1 } }]);
  const items = await stand.ask(session, handle, [append(3), append(4)]);
  expect(items.map((item) => item.item).sort()).toEqual(['answer', 'answer', 'push', 'push']);
});

test('what comes while a client that polls asks nothing waits for it, whatever connections that it left still stand', async () => {
  const { session, handle } = await stand.establish([openLog(1)]);
  await stand.ask(session, handle, [{ id: 2, request: { op: 'watch', n: 1 } }]);
  const polled = async (call: Call) => {
    const out: Uint8Array[] = [];
    const sink = newSink(out, false);
    const envelope = await session.seal(handle, [call]);
    return { out, sink, answered: stand.server.receive(envelope, sink) };
  };
  const other = await stand.establish([openLog(1)]);
  const said = async (id: number) =>
    stand.server.receive(await other.session.seal(other.handle, [append(id)]), newSink([]));
  const first = await polled({ id: 3, request: { op: 'watch', n: 1 } });
  await first.answered;
  first.sink.close();
  await said(2);
  const second = await polled({ id: 4, request: { op: 'linger', ms: 50_000 } });
  await second.answered;
  second.sink.close();
  const late = await session.seal(handle, [{ id: 8, request: { op: 'watch', n: 1 } }]);
  const third = await polled({ id: 5, request: { op: 'linger', ms: 50_000 } });
  // A line that is only tried out.
  await stand.ask(session, handle, [{ id: 6, request: { op: 'handles', count: 0 } }]);
  await said(3);
  await third.answered;
  for (const [seq, { out }] of [second, third].entries()) {
    const items = await Promise.all(out.map((envelope) => session.open(envelope)));
    expect(items.flat()).toMatchObject([
      { item: 'push', entries: [{ seq: seq + 1 }] },
      { item: 'answer' },
    ]);
  }
  expect(stand.sent).toEqual([]);
  // Back on a connection that stands, pushes go there again.
  await stand.ask(session, handle, [{ id: 7, request: { op: 'watch', n: 1 } }]);
  await said(4);
  expect(stand.sent).toHaveLength(1);
  // What was polled before that and came late changes nothing.
  const sink = newSink([], false);
  await stand.server.receive(late, sink);
  sink.close();
  await said(5);
  expect(stand.sent).toHaveLength(2);
});

test('pushes wait while a connection is full, and beyond the bound become one nudge', async () => {
  stand.server.stop();
  stand.server = await startSessions(stand.logs, {
    clock: stand.time,
    limits: { pushBytes: 150, sinkBacklog: 0 },
  });
  let backlog = 0;
  const out: Uint8Array[] = [];
  stand.sink = new Sink({
    standing: true,
    backlog: () => backlog,
    send: (e) => stand.sent.push(e) && out.push(e),
  });
  const { session, handle } = await stand.establish([openLog(1)]);
  await stand.ask(session, handle, [{ id: 2, request: { op: 'watch', n: 1 } }]);
  backlog = 1;
  for (const id of [3, 4, 5, 6]) {
    expect(await stand.ask(session, handle, [append(id)])).toMatchObject([{ item: 'answer' }]);
  }
  backlog = 0;
  stand.sink.drained();
  await new Promise((resolve) => setImmediate(resolve));
  const items = (await Promise.all(stand.sent.map((e) => session.open(e)))).flatMap((i) => i ?? []);
  expect(items).toMatchObject([
    { item: 'push', entries: [{ seq: 1 }] },
    { item: 'push', entries: [{ seq: 2 }] },
    { item: 'nudge', head: 4 },
  ]);
});

test('`bye` is answered, and then the session is gone', async () => {
  const { session, handle } = await stand.establish();
  expect(await stand.ask(session, handle, [{ id: 1, request: { op: 'bye' } }])).toHaveLength(1);
  expect(stand.server.size).toBe(0);
});

test('a fifth session on a connection is unknown and changes nothing, so that none of the four misses a push', async () => {
  const four = [];
  for (let i = 0; i < 4; i++) four.push(await stand.establish([openLog(1)]));
  const [first] = four;
  if (!first) throw new Error('no session');
  await stand.ask(first.session, first.handle, [{ id: 2, request: { op: 'watch', n: 1 } }]);
  const { session, firstFlight } = await stand.begin([openLog(1)]);
  expect(stand.server.receive(firstFlight, stand.sink)).toBe('unknown');
  expect(stand.server.size).toBe(4);

  const elsewhere: Uint8Array[] = [];
  await stand.server.receive(firstFlight, newSink(elsewhere));
  const reply = await session.openFirstReply(elsewhere[0] ?? new Uint8Array(0));
  const handle = reply?.handles[0]?.handle ?? new Uint8Array(0);
  const moved = await session.seal(handle, [append(3)]);
  expect(stand.server.receive(moved, stand.sink)).toBe('unknown');
  expect(stand.logs.log(LOG)).toEqual([]);

  await stand.server.receive(moved, newSink(elsewhere));
  await expect.poll(() => stand.sent).toHaveLength(1);
  expect(await first.session.open(stand.sent[0] ?? new Uint8Array(0))).toMatchObject([
    { item: 'push', entries: [{ seq: 1 }] },
  ]);
});

test('a session that ended makes room on its connection', async () => {
  for (let i = 0; i < 6; i++) {
    const { session, handle } = await stand.establish();
    await stand.ask(session, handle, [{ id: 1, request: { op: 'bye' } }]);
  }
});

test('every handle that a session was given opens while it lives, used or not, and is lost with it', async () => {
  const { session, handle, reply } = await stand.establish([openLog(1)]);
  const given = [...reply.handles];
  for (let id = 100; ; id++) {
    const [item] = await stand.ask(session, handle, [{ id, request: { op: 'handles', count: 8 } }]);
    if (item?.item !== 'answer') throw new Error('no answer');
    const { handles } = results.handles.decode(item.value);
    if (handles.length === 0) break;
    given.push(...handles);
  }
  expect(given).toHaveLength(128);
  for (const [i, { handle: one }] of [...given, ...given].entries()) {
    const call: Call = { id: 1_000 + i, request: { op: 'handles', count: 0 } };
    expect(await stand.ask(session, one, [call])).toMatchObject([{ item: 'answer' }]);
  }
  await stand.ask(session, handle, [{ id: 99, request: { op: 'bye' } }]);
  for (const one of given) {
    await stand.server.receive(await session.seal(one.handle, []), stand.sink);
    const answer = stand.sent.pop() ?? new Uint8Array(0);
    expect(answer.subarray(0, HANDLE)).toEqual(one.token);
  }
});
