/** What becomes of a carrier that falls silent, in virtual time: a host that is gone is told from a line that freezes. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { Carrier, CarrierFactory } from '../carriers/carrier.ts';
import { systemRandom } from '../clock.ts';
import type { ServerSessions } from '../server/server-sessions.ts';
import { badCarrier, seeded } from '../test/bad-carrier.ts';
import { startSessions } from '../test/loopback.ts';
import { ToyLogs } from '../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../test/virtual-time.ts';
import { Connection } from './client.ts';

const ID = new Uint8Array(16).fill(1);
const SECRET = new Uint8Array(32).fill(2);
const GOOD = { drop: 0, repeat: 0, die: 0, refuse: 0, delay: 20 };
const [ONE, TWO] = ['https://one.example/s', 'https://two.example/s'];

let time: VirtualTime;
let logs: ToyLogs;
let server: ServerSessions;
/** Endpoints whose hosts are gone: nothing opens there, and what stood is silent. */
let gone: Set<string>;
/** Envelopes, both ways, after which a standing connection is silent. */
let freezesAfter: number;
/** Bytes of the longest envelope that a standing connection brings. */
let longest: number;
let opened: string[];

beforeAll(watchWebCrypto);
beforeEach(async () => {
  time = new VirtualTime();
  logs = new ToyLogs();
  server = await startSessions(logs, { clock: time });
  gone = new Set();
  freezesAfter = Number.POSITIVE_INFINITY;
  longest = Number.POSITIVE_INFINITY;
  opened = [];
});

/** Standing connections, or one that asks by a connection each: those do not freeze. */
function carrier(kind: string, asks: boolean): CarrierFactory {
  const inner = badCarrier(asks, GOOD, seeded(1), time, () => server);
  return {
    kind,
    spreads: asks,
    open: async (endpoint, signal) => {
      opened.push(`${kind} ${endpoint}`);
      if (gone.has(endpoint)) {
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      }
      const there = await inner.open(endpoint, signal);
      return asks ? Object.assign(there, { sure: true }) : freezing(there, endpoint);
    },
  };
}

function freezing(inner: Carrier, endpoint: string): Carrier {
  let envelopes = 0;
  let frozen = false;
  const silent = ({ length }: Uint8Array) => {
    frozen ||= length > longest || ++envelopes > freezesAfter;
    return frozen || gone.has(endpoint);
  };
  const outer: Carrier = {
    ...{ kind: 'websocket', polls: false, backlog: () => 0, close: () => inner.close() },
    send: (envelope) => silent(envelope) || inner.send(envelope),
    onEnvelope: () => undefined,
    onClose: () => undefined,
  };
  inner.onEnvelope = (envelope) => silent(envelope) || outer.onEnvelope(envelope);
  inner.onClose = (reason) => outer.onClose(reason);
  return outer;
}

function connect(): Connection {
  return new Connection({
    address: { identity: server.identity(), endpoints: [ONE, TWO] },
    carriers: [carrier('websocket', false), carrier('sip', true)],
    clock: time,
    random: systemRandom,
  });
}

const newEntry = () => ({ id: systemRandom(16), epoch: 0, body: Uint8Array.of(1) });

/** Virtual ms until `promise` is kept. */
async function took(promise: Promise<unknown>): Promise<number> {
  const start = time.now();
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await time.until(() => done, 60_000);
  return time.now() - start;
}

test('a host that is gone is left for another within 3 s, and by no slower way', async () => {
  const log = connect().log(ID, SECRET);
  await took(log.append([newEntry()]));
  gone.add(ONE);
  expect(await took(log.append([newEntry()]))).toBeLessThan(3_000);
  expect(opened).toEqual([`websocket ${ONE}`, `websocket ${ONE}`, `websocket ${TWO}`]);
  expect(server.size).toBe(1);
});

test('of connections that freeze, the second is left for the way on which each carries little', async () => {
  freezesAfter = 12;
  const log = connect().log(ID, SECRET);
  for (let entry = 0; entry < 12; entry++) {
    expect(await took(log.append([newEntry()]))).toBeLessThan(3_000);
  }
  const kinds = opened.map((each) => each.split(' ')[0]);
  expect(kinds.slice(0, 3)).toEqual(['websocket', 'websocket', 'sip']);
  expect(new Set(kinds.slice(3))).toEqual(new Set(['sip']));
});

test('one that froze while it only waited for a push is found out within 5 s of the last word', async () => {
  const seen: number[] = [];
  const reader = connect().log(ID, SECRET);
  const entries = (come: readonly { seq: number }[]) => void seen.push(...come.map((e) => e.seq));
  reader.watch({ entries }, 1);
  const writer = connect().log(ID, SECRET);
  await took(writer.append([newEntry()]));
  await time.until(() => seen.length === 1, 5_000);
  freezesAfter = 0;
  const began = time.now();
  const before = opened.length;
  await time.until(() => opened.length > before, 60_000);
  expect(time.now() - began).toBeLessThan(5_000);
});

test('a server that is slow in one answer is left for nothing', async () => {
  const log = connect().log(ID, SECRET);
  await took(log.append([newEntry()]));
  logs.delay = () => new Promise((resolve) => time.setTimeout(() => resolve(), 12_000));
  expect(await took(log.append([newEntry()]))).toBeGreaterThan(11_000);
  expect(opened).toEqual([`websocket ${ONE}`]);
});

test('an answer that is too long for any connection comes by the way on which each carries little', async () => {
  const writer = connect();
  const body = systemRandom(9_000);
  await took(writer.log(ID, SECRET).append([{ id: systemRandom(16), epoch: 0, body }]));
  writer.close();
  longest = 8_000;
  const read = connect().log(ID, SECRET).read(1, 60_000);
  expect(await took(read)).toBeLessThan(15_000);
  expect((await read).entries[0]?.body).toEqual(body);
});
