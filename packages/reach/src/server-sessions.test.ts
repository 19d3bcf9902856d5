/** docs/protocol.md sections 2 and 3, rule by rule, against the server's end with envelopes made by hand. */
import { createCipheriv, generateKeyPairSync } from 'node:crypto';
import { concat, equal, utf8 } from '@polynya/protocol/bytes';
import { type Cbor, encodeCbor } from '@polynya/protocol/cbor';
import {
  HANDLE,
  keyIdOf,
  NONCE,
  OVERHEAD,
  paddedPlaintext,
  padme,
  RECORD_FILL,
  recordAnswerTag,
  recordRequest,
  SHARE,
  unpad,
} from '@polynya/protocol/envelope';
import {
  type Call,
  call,
  down,
  firstFlight,
  firstReply,
  type Item,
} from '@polynya/protocol/requests';
import fc from 'fast-check';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { openAccessRecord } from './access-record-signing.ts';
import { ClientSession } from './client-session.ts';
import { systemRandom } from './clock.ts';
import { hpkeSeal } from './hpke.ts';
import { openGcm, rawX25519, x25519 } from './hpke-recipient.ts';
import type { ServerSessions } from './server-sessions.ts';
import { flightInfo, SESSION_SECRET, sessionKeys } from './session-keys.ts';
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

test('a server seized later: the X-Wing key and the wire give hs, and hs does not open what follows', async () => {
  // The seizer's view is that of whoever made the encapsulation: both know hs.
  const identity = server.identity();
  const key = await serverKey();
  const pair = (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
  const share = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const flight = firstFlight.encode({ versions: [1], share, calls: [open(1)] });
  const plaintext = paddedPlaintext(encodeCbor(flight), OVERHEAD.firstFlight);
  const keyId = keyIdOf(key);
  const sealed = await hpkeSeal(key, flightInfo(identity), keyId, plaintext);
  const hs = await sealed.export(SESSION_SECRET.label, SESSION_SECRET.length);
  await server.receive(concat(keyId, sealed.enc, sealed.ct), sink);
  const reply = sent[0] ?? new Uint8Array(0);
  const theirs = reply.slice(0, 32);

  const opens = async (shared: Uint8Array): Promise<boolean> => {
    const { down } = sessionKeys(hs, shared);
    const aes = await crypto.subtle.importKey('raw', down, 'AES-GCM', false, ['decrypt']);
    const algorithm = { name: 'AES-GCM', iv: reply.slice(32, 44), additionalData: keyId.slice() };
    return crypto.subtle.decrypt(algorithm, aes, reply.slice(44)).then(
      () => true,
      () => false,
    );
  };
  const publicKey = await crypto.subtle.importKey('raw', theirs, 'X25519', false, []);
  const bits = await crypto.subtle.deriveBits(
    { name: 'X25519', public: publicKey },
    pair.privateKey,
    256,
  );
  expect(await opens(new Uint8Array(bits))).toBe(true);
  // All that the seizer has besides hs: both public shares.
  for (const guess of [hs, share, theirs]) expect(await opens(guess)).toBe(false);
});

test('an X25519 share that gives zeros is refused at both ends', async () => {
  const { envelope } = await sealFlight([[1], new Uint8Array(32), []]);
  expect(server.receive(envelope, sink)).toBe('unknown');

  const { session, firstFlight: flight } = await begin();
  await server.receive(flight, sink);
  const reply = sent.shift() ?? new Uint8Array(0);
  expect(await session.openFirstReply(concat(new Uint8Array(32), reply.subarray(32)))).toBeNull();
  expect(await session.openFirstReply(reply)).not.toBeNull();
});

/** A first flight made by hand, whose plaintext is `flight`. */
async function sealFlight(flight: Cbor): Promise<{ envelope: Uint8Array; hs: Uint8Array }> {
  const key = await serverKey();
  const keyId = keyIdOf(key);
  const plaintext = paddedPlaintext(encodeCbor(flight), OVERHEAD.firstFlight);
  const sealed = await hpkeSeal(key, flightInfo(server.identity()), keyId, plaintext);
  const hs = await sealed.export(SESSION_SECRET.label, SESSION_SECRET.length);
  return { envelope: concat(keyId, sealed.enc, sealed.ct), hs };
}

/** A session agreed by hand: what it sends need not be valid. */
async function agree() {
  const pair = generateKeyPairSync('x25519');
  const { envelope, hs } = await sealFlight([
    [1],
    rawX25519(pair.publicKey),
    [call.encode(open(1))],
  ]);
  await server.receive(envelope, sink);
  const reply = sent.shift() ?? utf8('');
  const shared = x25519(pair.privateKey, reply.slice(0, SHARE)) ?? utf8('');
  const keys = sessionKeys(hs, shared);
  const openDown = (bytes: Uint8Array, aad: Uint8Array): Cbor =>
    unpad(openGcm(keys.down, bytes.slice(0, NONCE), bytes.slice(NONCE), aad) ?? utf8(''));
  const { handles } = firstReply.decode(openDown(reply.slice(SHARE), envelope.slice(0, HANDLE)));
  const handle = handles[0]?.handle ?? utf8('');
  return {
    sealUp(message: Cbor): Uint8Array {
      const nonce = systemRandom(NONCE);
      const cipher = createCipheriv('aes-256-gcm', keys.up, nonce).setAAD(handle);
      const sealed = cipher.update(paddedPlaintext(encodeCbor(message), OVERHEAD.up));
      return concat(handle, nonce, sealed, cipher.final(), cipher.getAuthTag());
    },
    items: (): Item[] =>
      sent.splice(0).flatMap((bytes) => down.decode(openDown(bytes, utf8(''))).items),
  };
}

test('a first flight whose struct does not decode is unknown; one bad call in it costs no other', async () => {
  const good = call.encode(open(5));
  const share = systemRandom(32);
  for (const flight of [
    [[1], share],
    [[1], share.slice(1), [good]],
    [[], share, [good]],
  ]) {
    expect(server.receive((await sealFlight(flight)).envelope, sink)).toBe('unknown');
  }
  const { envelope } = await sealFlight([[1], share, [null, [4, [99]], good]]);
  await server.receive(envelope, sink);
  expect(sent).toHaveLength(1);
  expect(logs.counts.get('open')).toBe(1);
});

test('an envelope of a session whose struct does not decode is unknown and changes nothing', async () => {
  const { sealUp } = await agree();
  const calls = [call.encode(append(2))];
  for (const message of [calls, [0], [0, calls, 0], [-1, calls], [0, null]]) {
    expect(server.receive(sealUp(message), sink)).toBe('unknown');
  }
  expect(logs.log(LOG)).toEqual([]);
  expect(sent).toEqual([]);
});

test('a call that does not decode is refused as malformed by itself, or dropped if it has no id', async () => {
  const { sealUp, items } = await agree();
  const calls = [[2, [99, 1]], call.encode(append(3)), null, [4, [5, 1, 'more']], ['5', [5, 1]]];
  await server.receive(sealUp([0, calls]), sink);
  const answers = items();
  expect(answers).toHaveLength(3);
  expect(answers).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ item: 'refusal', id: 2, code: 32 }),
      expect.objectContaining({ item: 'answer', id: 3 }),
      expect.objectContaining({ item: 'refusal', id: 4, code: 32 }),
    ]),
  );
  expect(logs.log(LOG)).toHaveLength(1);
});

test('padding that is not zero is refused', async () => {
  const key = await serverKey();
  const keyId = keyIdOf(key);
  const flight = firstFlight.encode({ versions: [1], share: systemRandom(32), calls: [] });
  const plaintext = paddedPlaintext(encodeCbor(flight), OVERHEAD.firstFlight);
  plaintext[plaintext.length - 1] = 1;
  const { enc, ct } = await hpkeSeal(key, flightInfo(server.identity()), keyId, plaintext);
  expect(server.receive(concat(keyId, enc, ct), sink)).toBe('unknown');
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

test('each record has a higher serial than the last, also of an earlier start, and it is kept first', async () => {
  const serialOf = async () => (await openAccessRecord(server.record(), server.identity())).serial;
  const kept: number[] = [];
  const lastSerial = time.now();
  server.stop();
  server = await startSessions(logs, {
    clock: time,
    lastSerial,
    saveSerial: (serial) => kept.push(serial),
  });
  expect(await serialOf()).toBe(lastSerial + 1);
  await time.until(() => kept.length === 2, 25 * HOUR);
  expect(await serialOf()).toBe(lastSerial + 2);
  expect(kept).toEqual([lastSerial + 1, lastSerial + 2]);
});

test('where the serial cannot be kept a server does not start; a running one goes on and reports it', async () => {
  const saveSerial = (): never => {
    throw new Error('no room');
  };
  await expect(startSessions(logs, { clock: time, saveSerial })).rejects.toThrow('no room');
  let full = false;
  const reported: unknown[] = [];
  server.stop();
  server = await startSessions(logs, {
    clock: time,
    saveSerial: () => full && saveSerial(),
    report: (error) => void reported.push(error),
  });
  full = true;
  await time.until(() => reported.length === 2, 49 * HOUR);
  await establish([open(1)]);
  expect(logs.counts.get('open')).toBe(1);
});

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

test('the key before the newest is still taken; an older one is unknown', async () => {
  const flights = [(await begin()).firstFlight, (await begin()).firstFlight];
  await time.until(() => false, 25 * HOUR).catch(() => undefined);
  expect(server.receive(flights[0] ?? utf8(''), sink)).not.toBe('unknown');
  await time.until(() => false, 25 * HOUR).catch(() => undefined);
  expect(server.receive(flights[1] ?? utf8(''), sink)).toBe('unknown');
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
