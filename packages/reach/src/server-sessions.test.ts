import { equal, utf8 } from '@polynya/protocol/bytes';
import {
  HANDLE,
  padme,
  RECORD_FILL,
  recordAnswerTag,
  recordRequest,
} from '@polynya/protocol/envelope';
import type { Call, Item } from '@polynya/protocol/requests';
import fc from 'fast-check';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { openAccessRecord } from './access-record-signing.ts';
import { ClientSession } from './client-session.ts';
import { systemRandom } from './clock.ts';
import type { ServerSessions } from './server-sessions.ts';
import { Sink } from './sink.ts';
import { HANDLE_KEY, startSessions } from './test/loopback.ts';
import { ToyLogs } from './test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from './test/virtual-time.ts';

const HOUR = 3_600_000;
const LOG = new Uint8Array(16).fill(1);
let time: VirtualTime;
let logs: ToyLogs;
let server: ServerSessions;
let sent: Uint8Array[];
let sink: Sink;

beforeAll(watchWebCrypto);
beforeEach(async () => {
  time = new VirtualTime();
  logs = new ToyLogs();
  server = await startSessions(logs, { clock: time });
  sent = [];
  sink = newSink(sent);
});

function newSink(out: Uint8Array[], standing = true): Sink {
  return new Sink({ standing, backlog: () => 0, send: (envelope) => out.push(envelope) });
}

async function serverKey(): Promise<Uint8Array> {
  const body = await openAccessRecord(server.record(), server.identity());
  return body.keys[0]?.key ?? new Uint8Array(0);
}

async function begin(calls: Call[] = [], versions = [1]) {
  const options = {
    identity: server.identity(),
    serverKey: await serverKey(),
    random: systemRandom,
  };
  return ClientSession.begin({ ...options, versions, calls });
}

/** An established session, its first handle, and what opens its envelopes. */
async function establish(calls: Call[] = []) {
  const { session, firstFlight: flight } = await begin(calls);
  await server.receive(flight, sink);
  const reply = await session.openFirstReply(sent.shift() ?? new Uint8Array(0));
  if (!reply) throw new Error('no first reply');
  const handle = session.takeHandle() ?? new Uint8Array(0);
  return { session, handle, reply, flight };
}

async function ask(session: ClientSession, handle: Uint8Array, calls: Call[]): Promise<Item[]> {
  await server.receive(await session.seal(handle, calls), sink);
  const opened = await Promise.all(sent.splice(0).map((envelope) => session.open(envelope)));
  return opened.flatMap((items) => items ?? []);
}

const open = (id: number): Call => ({
  id,
  request: { op: 'open', n: 1, log: LOG, secret: new Uint8Array(32).fill(2) },
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
  const { reply } = await establish([open(1), append(2)]);
  expect(reply).toMatchObject({ version: 1, versions: [1], time: time.now(), build: 'b1' });
  expect(reply.handles).toHaveLength(4);
  expect(reply.items.map((item) => item.item)).toEqual(['answer', 'answer']);
});

test('the first reply waits for all answers, though some calls are answered at once', async () => {
  const handles: Call = { id: 1, request: { op: 'handles', count: 0 } };
  logs.delay = () => new Promise((resolve) => setTimeout(resolve, 5));
  const { reply } = await establish([handles, open(2)]);
  expect(reply.items.map((item) => item.item)).toEqual(['answer', 'answer']);
});

test('a first flight is accepted once: repeated it is unknown and changes nothing', async () => {
  const { flight } = await establish([open(1), append(2)]);
  expect(server.receive(flight, sink)).toBe('unknown');
  expect(logs.log(LOG)).toHaveLength(1);
  expect(server.size).toBe(1);
});

test('a repeated envelope is dropped, reordered ones are all taken', async () => {
  const { session, handle } = await establish([open(1)]);
  const envelopes = await Promise.all([2, 3, 4].map((id) => session.seal(handle, [append(id)])));
  for (const envelope of [...envelopes].reverse()) await server.receive(envelope, sink);
  expect(logs.log(LOG).map(({ body }) => body[0])).toEqual([4, 3, 2]);
  sent.length = 0;
  for (const envelope of envelopes) await server.receive(envelope, sink);
  expect(logs.log(LOG)).toHaveLength(3);
  expect(sent).toEqual([]);
});

test('a client drops what comes down twice, and takes what comes in another order', async () => {
  const { session, handle } = await establish([open(1)]);
  await server.receive(await session.seal(handle, [append(2)]), sink);
  await server.receive(await session.seal(handle, [append(3)]), sink);
  const [first, second] = sent as [Uint8Array, Uint8Array];
  expect(await session.open(second)).toHaveLength(1);
  expect(await session.open(first)).toHaveLength(1);
  expect(await session.open(second)).toBeNull();
});

test('an envelope changed in any byte is unknown and changes nothing', async () => {
  const { session, handle } = await establish([open(1)]);
  const envelope = await session.seal(handle, [append(2)]);
  fc.assert(
    fc.property(fc.nat(envelope.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = envelope.map((byte, i) => (i === at ? byte ^ mask : byte));
      expect(server.receive(changed, sink)).toBe('unknown');
    }),
  );
  fc.assert(
    fc.property(fc.nat(envelope.length - 1), (length) => {
      expect(server.receive(envelope.subarray(0, length), sink)).toBe('unknown');
    }),
  );
  expect(logs.log(LOG)).toEqual([]);
  expect(sent).toEqual([]);
  await server.receive(envelope, sink);
  expect(logs.log(LOG)).toHaveLength(1);
});

test('random bytes are unknown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 2_000 }), (bytes) => {
      expect(server.receive(bytes, sink)).toBe('unknown');
    }),
  );
  expect(sent).toEqual([]);
});

test('a lost session is told by the token of the handle, also after a restart', async () => {
  const { session, handle } = await establish();
  server.stop();
  server = await startSessions(logs, { clock: time });
  await server.receive(await session.seal(handle, [open(1)]), sink);
  expect(sent).toHaveLength(1);
  expect(sent[0]?.length).toBeGreaterThanOrEqual(256);
  expect(session.isReset(sent[0] ?? new Uint8Array(0))).toBe(true);
  expect(session.isReset(systemRandom(256))).toBe(false);
});

test('a handle of another server is unknown', async () => {
  const { session, handle } = await establish();
  const other = await startSessions(logs, { handleKey: HANDLE_KEY.map((b) => b ^ 1) });
  expect(other.receive(await session.seal(handle, [open(1)]), sink)).toBe('unknown');
  other.stop();
});

test('a request for the record is answered with it, one for another server is unknown', () => {
  const nonce = systemRandom(16);
  const fill = systemRandom(RECORD_FILL);
  expect(server.receive(recordRequest(SEED_OTHER, nonce, fill), sink)).toBe('unknown');
  void server.receive(recordRequest(server.identity(), nonce, fill), sink);
  const tag = recordAnswerTag(server.identity(), nonce);
  expect(equal(sent[0]?.subarray(0, HANDLE) ?? utf8(''), tag)).toBe(true);
  expect(sent[0]?.subarray(HANDLE)).toEqual(server.record());
});
const SEED_OTHER = new Uint8Array(32).fill(8);

test('no shared version: the first reply says 0 and what is spoken, and nothing is carried out', async () => {
  const handles: Call = { id: 2, request: { op: 'handles', count: 4 } };
  const { session, firstFlight: flight } = await begin([open(1), handles], [7, 9]);
  await server.receive(flight, sink);
  const reply = await session.openFirstReply(sent[0] ?? new Uint8Array(0));
  expect(reply).toMatchObject({ version: 0, versions: [1], handles: [] });
  expect(reply?.items).toMatchObject([
    { item: 'refusal', id: 1, code: 39 },
    { item: 'refusal', id: 2, code: 39 },
  ]);
  expect(logs.counts.size).toBe(0);
  expect(server.size).toBe(0);
});

test('every envelope is padded to the length that Padmé gives, 256 bytes at least', async () => {
  const { session, handle, flight } = await establish([open(1)]);
  const up = await session.seal(handle, [append(2)]);
  await server.receive(up, sink);
  for (const { length } of [flight, up, ...sent]) expect(padme(length)).toBe(length);
});

test('a session ends after 24 hours, or 10 minutes without a connection', async () => {
  await establish();
  await establish();
  await time.until(() => false, 23.9 * HOUR).catch(() => undefined);
  expect(server.size).toBe(2);
  await time.until(() => server.size === 0, HOUR);

  const fleeting = newSink([]);
  const { firstFlight: flight } = await begin();
  await server.receive(flight, fleeting);
  fleeting.close();
  await time.until(() => false, 9 * 60_000).catch(() => undefined);
  expect(server.size).toBe(1);
  await time.until(() => server.size === 0, 2 * 60_000);
  expect(logs.ended).toBe(3);
});

test('when there are too many sessions, one without a connection makes room; without one, unknown', async () => {
  server.stop();
  server = await startSessions(logs, { clock: time, limits: { sessions: 1 } });
  await establish();
  expect(server.receive((await begin()).firstFlight, sink)).toBe('unknown');
  sink.close();
  sink = newSink(sent);
  await establish();
  expect(server.size).toBe(1);
});

test('the session unheard for longest makes room, and a repeated first flight displaces nobody', async () => {
  server.stop();
  server = await startSessions(logs, { clock: time, limits: { sessions: 2 } });
  const [first, second] = [await establish([open(1)]), await establish()];
  await ask(first.session, first.handle, [append(2)]);
  sink.close();
  sink = newSink(sent);
  expect(server.receive(first.flight, sink)).toBe('unknown');
  expect(server.size).toBe(2);
  await establish();
  expect(await ask(first.session, first.handle, [append(3)])).toMatchObject([{ id: 3 }]);
  await server.receive(await second.session.seal(second.handle, []), sink);
  expect(second.session.isReset(sent.pop() ?? new Uint8Array(0))).toBe(true);
});

test('too many calls at a time are refused as busy', async () => {
  server.stop();
  server = await startSessions(logs, { clock: time, limits: { calls: 2 } });
  const { session, handle } = await establish([open(1)]);
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  logs.delay = () => gate;
  setTimeout(go, 20);
  const items = await ask(session, handle, [append(2), append(3), append(4)]);
  expect(items.filter((item) => item.item === 'refusal')).toMatchObject([{ id: 4, code: 3 }]);
  expect(logs.log(LOG)).toHaveLength(2);
});

test('a call asked again while under way is carried out once and answered where it was asked last', async () => {
  const { session, handle } = await establish([open(1)]);
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  logs.delay = () => gate;
  const later: Uint8Array[] = [];
  const one = append(2);
  const first = server.receive(await session.seal(handle, [one]), sink);
  const second = server.receive(await session.seal(handle, [one]), newSink(later));
  go();
  await Promise.all([first, second]);
  expect(logs.counts.get('append')).toBe(1);
  expect([sent.length, later.length]).toEqual([0, 1]);
});

test('all that arises in one turn for one session goes out in one envelope', async () => {
  const { session, handle } = await establish([open(1)]);
  await ask(session, handle, [{ id: 2, request: { op: 'watch', n: 1 } }]);
  const items = await ask(session, handle, [append(3), append(4)]);
  expect(items.map((item) => item.item).sort()).toEqual(['answer', 'answer', 'push', 'push']);
});

test('pushes wait while a connection is full, and beyond the bound become one nudge', async () => {
  server.stop();
  server = await startSessions(logs, { clock: time, limits: { pushBytes: 150, sinkBacklog: 0 } });
  let backlog = 0;
  const out: Uint8Array[] = [];
  sink = new Sink({
    standing: true,
    backlog: () => backlog,
    send: (e) => sent.push(e) && out.push(e),
  });
  const { session, handle } = await establish([open(1)]);
  await ask(session, handle, [{ id: 2, request: { op: 'watch', n: 1 } }]);
  backlog = 1;
  for (const id of [3, 4, 5, 6]) {
    expect(await ask(session, handle, [append(id)])).toMatchObject([{ item: 'answer' }]);
  }
  backlog = 0;
  sink.drained();
  await new Promise((resolve) => setImmediate(resolve));
  const items = (await Promise.all(sent.map((e) => session.open(e)))).flatMap((i) => i ?? []);
  expect(items).toMatchObject([
    { item: 'push', entries: [{ seq: 1 }] },
    { item: 'push', entries: [{ seq: 2 }] },
    { item: 'nudge', head: 4 },
  ]);
});

test('`bye` is answered, and then the session is gone', async () => {
  const { session, handle } = await establish();
  expect(await ask(session, handle, [{ id: 1, request: { op: 'bye' } }])).toHaveLength(1);
  expect(server.size).toBe(0);
});
