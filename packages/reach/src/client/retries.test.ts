/** How soon a connection notices what went wrong, in virtual time: each loss has its own remedy. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { CarrierFactory } from '../carriers/carrier.ts';
import { systemRandom } from '../clock.ts';
import type { ServerSessions } from '../server/server-sessions.ts';
import { type Badness, badCarrier, seeded } from '../test/bad-carrier.ts';
import { startSessions } from '../test/loopback.ts';
import { ToyLogs } from '../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../test/virtual-time.ts';
import { Connection } from './client.ts';

const ID = new Uint8Array(16).fill(1);
const SECRET = new Uint8Array(32).fill(2);
const GOOD: Badness = { drop: 0, repeat: 0, die: 0, refuse: 0, delay: 20 };

let time: VirtualTime;
let logs: ToyLogs;
let server: ServerSessions;
let first: Badness;
let second: Badness;
/** Kinds of the carriers that were opened. */
let opened: string[];

beforeAll(watchWebCrypto);
beforeEach(async () => {
  time = new VirtualTime();
  logs = new ToyLogs();
  server = await startSessions(logs, { clock: time });
  first = { ...GOOD };
  second = { ...GOOD };
  opened = [];
});

function connect(): Connection {
  const noted = (factory: CarrierFactory): CarrierFactory => ({
    kind: factory.kind,
    open: (endpoint, signal) => {
      opened.push(factory.kind);
      return factory.open(endpoint, signal);
    },
  });
  const chance = seeded(1);
  return new Connection({
    address: { identity: server.identity(), endpoints: ['memory:'] },
    carriers: [
      noted(badCarrier(false, first, chance, time, () => server)),
      noted(badCarrier(true, second, chance, time, () => server)),
    ],
    clock: time,
    random: systemRandom,
  });
}

const newEntry = () => ({ id: systemRandom(16), epoch: 0, body: Uint8Array.of(1) });

/** Virtual ms until `promise` is kept. */
async function took(promise: Promise<unknown>, most = 120_000): Promise<number> {
  const start = time.now();
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await time.until(() => done, most);
  return time.now() - start;
}

const sleep = (ms: number) => new Promise<void>((resolve) => void time.setTimeout(resolve, ms));

test('a lost request is asked again within seconds, on the same carrier', async () => {
  const log = connect().log(ID, SECRET);
  await took(log.append([newEntry()]));
  first.drop = 1;
  const appended = log.append([newEntry()]);
  await took(sleep(500));
  first.drop = 0;
  expect(await took(appended)).toBeLessThan(3_000);
  expect(opened).toEqual(['bad-websocket']);
});

test('a lost push is read when the next one shows a gap', async () => {
  const reader = connect().log(ID, SECRET);
  const seen: number[] = [];
  reader.watch({ entries: (entries) => void seen.push(...entries.map(({ seq }) => seq)) }, 1);
  const writer = connect().log(ID, SECRET);
  await took(Promise.all([reader.state(), writer.append([newEntry()])]));
  await took(sleep(200));
  logs.muted = true;
  await took(writer.append([newEntry()]));
  logs.muted = false;
  await took(sleep(200));
  expect(seen).toEqual([1]);
  await took(writer.append([newEntry()]));
  await took(sleep(200));
  expect(seen).toEqual([1, 2, 3]);
});

test('a lost push that no other follows is found by the heartbeat, within 30 s', async () => {
  const log = connect().log(ID, SECRET);
  const seen: number[] = [];
  log.watch({ entries: (entries) => void seen.push(...entries.map(({ seq }) => seq)) }, 1);
  await took(log.append([newEntry()]));
  logs.muted = true;
  await took(log.append([newEntry()]));
  await took(sleep(200));
  expect(seen).toEqual([1]);
  await time.until(() => seen.length === 2, 31_000);
});

test('a session that the server has lost is begun anew at once, on the same carrier', async () => {
  const log = connect().log(ID, SECRET);
  await took(log.append([newEntry()]));
  const fresh = await startSessions(logs, { clock: time });
  server.stop();
  server = fresh;
  // Before anything is asked again because no answer came.
  expect(await took(log.append([newEntry()]))).toBeLessThan(1_000);
  expect(opened).toEqual(['bad-websocket']);
});

test('a carrier that falls silent is left for the next within 20 s, with the same session', async () => {
  const log = connect().log(ID, SECRET);
  await took(log.append([newEntry()]));
  first.drop = 1;
  expect(await took(log.append([newEntry()]))).toBeLessThan(20_000);
  // It is tried once more; a carrier that asks is opened once to see whether anybody answers.
  expect(opened).toEqual(['bad-websocket', 'bad-websocket', 'bad-post', 'bad-post']);
  expect(server.size).toBe(1);
});

test('a better carrier is returned to when it works again, 7 minutes after it failed where another did not', async () => {
  first.refuse = 1;
  const connection = connect();
  const log = connection.log(ID, SECRET);
  await took(log.append([newEntry()]));
  expect(opened.at(-1)).toBe('bad-post');
  first.refuse = 0;
  log.watch({ entries: () => undefined }, 1);
  await took(sleep(419_000), 420_000);
  expect(opened.at(-1)).toBe('bad-post');
  await took(sleep(2_000));
  expect(opened.at(-1)).toBe('bad-websocket');
  await took(log.append([newEntry()]));
  expect(server.size).toBe(1);
});

test('when nothing works, tries are half a second apart at first and 30 s in the end; `kick` tries at once', async () => {
  first.refuse = 1;
  second.refuse = 1;
  const connection = connect();
  const appended = connection.log(ID, SECRET).append([newEntry()]);
  await took(sleep(10_000));
  expect(opened.length).toBeLessThan(16);
  expect(connection.status).toBe('offline');
  await took(sleep(3_600_000), 3_700_000);
  expect(opened.length).toBeLessThan(600);
  first.refuse = 0;
  connection.kick();
  expect(await took(appended)).toBeLessThan(1_000);
});

test('a session older than 23 hours is renewed before the server ends it', async () => {
  const log = connect().log(ID, SECRET);
  log.watch({ entries: () => undefined }, 1);
  await took(log.append([newEntry()]));
  await took(sleep(23.5 * 3_600_000), 24 * 3_600_000);
  expect(logs.opened).toBe(2);
  expect(await took(log.append([newEntry()]))).toBeLessThan(500);
});
