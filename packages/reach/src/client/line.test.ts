import { beforeAll, expect, test } from 'vitest';
import type { CarrierFactory } from '../carriers/carrier.ts';
import { isHidden } from '../carriers/hidden.ts';
import { systemRandom } from '../clock.ts';
import { badCarrier } from '../test/bad-carrier.ts';
import { startSessions } from '../test/loopback.ts';
import { ToyLogs } from '../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../test/virtual-time.ts';
import { Connection } from './client.ts';
import { Line } from './line.ts';

const MINUTE = 60_000;
/** Bytes: a first flight takes one such entry along, and no more. */
const LONG = 12_000;
const GOOD = { drop: 0, repeat: 0, die: 0, refuse: 0, delay: 0 };

beforeAll(watchWebCrypto);

/** A connection to a server that is gone, and when it was looked for. */
function toNowhere(clock: VirtualTime) {
  const tried: number[] = [];
  const refusing: CarrierFactory = {
    kind: 'refusing',
    open: async () => {
      tried.push(clock.now());
      throw new Error('refused');
    },
  };
  const connection = new Connection({
    address: { identity: new Uint8Array(32), endpoints: ['memory:'] },
    carriers: [refusing],
    clock,
    random: systemRandom,
  });
  return { connection, tried };
}

async function pass(clock: VirtualTime, ms: number): Promise<void> {
  const end = clock.now() + ms;
  clock.setTimeout(() => undefined, ms);
  await clock.until(() => clock.now() >= end, ms);
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((at, i) => at - (times[i] ?? 0));
}

test('for some minutes after something was to be sent, a server that is gone is looked for every 2.5 to 5 s', async () => {
  const clock = new VirtualTime();
  const { connection, tried } = toNowhere(clock);
  connection.call({ op: 'allowance', allowance: new Uint8Array(32) }).catch(() => undefined);
  await pass(clock, 4 * MINUTE);
  const later = gaps(tried).slice(6);
  expect(Math.max(...later)).toBeLessThanOrEqual(5_000);
  expect(Math.min(...later)).toBeGreaterThanOrEqual(2_500);
  connection.close();
});

test('while nothing is, it is looked for every 15 to 30 s, and soon again once something is', async () => {
  const clock = new VirtualTime();
  const { connection, tried } = toNowhere(clock);
  const log = connection.log(new Uint8Array(16), new Uint8Array(32));
  log.watch({ entries: () => undefined }, 1);
  await pass(clock, 10 * MINUTE);
  const later = gaps(tried).slice(8);
  expect(Math.min(...later)).toBeGreaterThanOrEqual(15_000);
  expect(Math.max(...later)).toBeLessThanOrEqual(30_000);
  const before = tried.length + 1;
  await clock.until(() => tried.length === before, MINUTE);
  const entry = { id: new Uint8Array(16), epoch: 0, body: new Uint8Array(1) };
  log.append([entry]).catch(() => undefined);
  await pass(clock, 5_000);
  expect(tried.length).toBeGreaterThan(before);
  connection.close();
});

test('a server that forgets every session at once is not begun anew with in a loop', async () => {
  const clock = new VirtualTime();
  const [remembering, forgetting] = [
    await startSessions(new ToyLogs(), { clock }),
    await startSessions(new ToyLogs(), { clock }),
  ];
  let flights = 0;
  // What does not fit into the first flight goes to a process that never heard of the session.
  const receiver: Pick<typeof remembering, 'receive'> = {
    receive: (envelope, sink) => {
      if (envelope.length > 1.5 * LONG) return forgetting.receive(envelope, sink);
      flights++;
      return remembering.receive(envelope, sink);
    },
  };
  const connection = new Connection({
    address: { identity: remembering.identity(), endpoints: ['memory:'] },
    carriers: [
      badCarrier(
        false,
        GOOD,
        () => 0.5,
        clock,
        () => receiver,
      ),
    ],
    clock,
    random: systemRandom,
  });
  const log = connection.log(new Uint8Array(16).fill(1), new Uint8Array(32).fill(2));
  for (let i = 0; i < 40; i++) {
    const entry = { id: new Uint8Array(16).fill(i), epoch: 0, body: new Uint8Array(LONG) };
    log.append([entry]).catch(() => undefined);
  }
  await pass(clock, 20_000);
  expect(flights).toBeGreaterThan(4);
  // 18 to 27 with pauses between sessions, as the machine's real time falls; over 70 in a loop.
  expect(flights).toBeLessThan(50);
  connection.close();
  remembering.stop();
  forgetting.stop();
});

test('who goes by a bridge does not look whether the server itself is better, again and again', () => {
  const open = () => Promise.reject(new Error('nobody opens these'));
  const first: CarrierFactory = { kind: 'websocket', open, takes: (one) => !isHidden(one) };
  const hidden: CarrierFactory = { kind: 'post', open, takes: isHidden };
  const worse: CarrierFactory = { kind: 'worse', open };
  const line = new Line([first, hidden, worse], new VirtualTime(), systemRandom);
  const bridge = 'https://bakery.example/abcdefghijklmnopqrstuv';
  const server = 'https://chat.example/s';
  line.lead([server, bridge]);
  const by = (factory: CarrierFactory, endpoint: string) =>
    line.better({ factory, endpoint, host: '', failures: 0, avoidUntil: 0, took: 0 })?.way.endpoint;
  expect(by(hidden, bridge)).toBeUndefined();
  expect(by(worse, bridge)).toBe(bridge);
  expect(by(worse, server)).toBe(server);
});
