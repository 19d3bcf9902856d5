import { utf8 } from '@polynya/protocol/bytes';
import type { Call } from '@polynya/protocol/requests';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { openAccessRecord } from './access-record-signing.ts';
import { ClientSession } from './client-session.ts';
import { systemRandom } from './clock.ts';
import type { ServerSessions } from './server-sessions.ts';
import { Sink } from './sink.ts';
import { startSessions } from './test/loopback.ts';
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

const open = (id: number): Call => ({
  id,
  request: { op: 'open', n: 1, log: LOG, secret: new Uint8Array(32).fill(2) },
});
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

test('the key before the newest is still taken; an older one is unknown', async () => {
  const flights = [(await begin()).firstFlight, (await begin()).firstFlight];
  await time.until(() => false, 25 * HOUR).catch(() => undefined);
  expect(server.receive(flights[0] ?? utf8(''), sink)).not.toBe('unknown');
  await time.until(() => false, 25 * HOUR).catch(() => undefined);
  expect(server.receive(flights[1] ?? utf8(''), sink)).toBe('unknown');
});
