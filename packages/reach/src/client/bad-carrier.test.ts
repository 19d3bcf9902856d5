/**
 * Any carrier may drop, repeat or reorder envelopes, at any moment, and die; the
 * system stays right. POLYNYA_RUNS multiplies the number of runs.
 */
import { toHex } from '@polynya/protocol/bytes';
import type { Entry } from '@polynya/protocol/requests';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { systemRandom } from '../clock.ts';
import { type Badness, badCarrier, seeded } from '../test/bad-carrier.ts';
import { anyBadness } from '../test/bad-lines.ts';
import { startSessions } from '../test/loopback.ts';
import { ToyLogs } from '../test/toy-log.ts';
import { VirtualTime, watchWebCrypto } from '../test/virtual-time.ts';
import { Connection } from './client.ts';

const TIMES = Number(process.env.POLYNYA_RUNS ?? 1);
const HOUR = 3_600_000;
const ID = new Uint8Array(16).fill(1);
const SECRET = new Uint8Array(32).fill(2);
const WRITERS = 2;
const BATCHES = 10;

const badness = anyBadness({ drop: 30, repeat: 30, die: 10, refuse: 50, delay: 2_000 });
const run = fc.record({
  seed: fc.integer(),
  first: badness,
  second: badness,
  /** The longest pause between two appends of one writer, and of a watcher after a batch, in ms. */
  pace: fc.constantFrom(20, 500, 5_000),
  /** When the server is killed and started anew, in ms from the start. */
  restarts: fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 3 }),
});

beforeAll(watchWebCrypto);

test(
  'every acknowledged append is in the log once, and every watcher sees every entry once, in order',
  () =>
    fc.assert(fc.asyncProperty(run, prove), {
      numRuns: 25 * TIMES,
      endOnFailure: true,
    }),
  120_000 * TIMES,
);

async function prove(given: {
  seed: number;
  first: Badness;
  second: Badness;
  pace: number;
  restarts: number[];
}): Promise<void> {
  const clock = new VirtualTime();
  const logs = new ToyLogs();
  const random = seeded(given.seed);
  logs.delay = () =>
    new Promise((resolve) => void clock.setTimeout(resolve, random() < 0.3 ? random() * 400 : 0));
  let sessions = await startSessions(logs, { clock });
  for (const at of given.restarts) {
    clock.setTimeout(() => {
      void startSessions(logs, { clock }).then((fresh) => {
        sessions.stop();
        sessions = fresh;
      });
    }, at);
  }
  const connect = () =>
    new Connection({
      address: { identity: sessions.identity(), endpoints: ['memory:'] },
      carriers: [
        badCarrier(false, given.first, random, clock, () => sessions),
        badCarrier(true, given.second, random, clock, () => sessions),
      ],
      clock,
      random: systemRandom,
    });

  const pause = (most: number) =>
    new Promise<void>((resolve) => void clock.setTimeout(resolve, random() * most));
  const connections: Connection[] = [];
  const acknowledged = new Map<string, number>();
  const seen: number[][] = [];
  let writing = WRITERS;
  for (let w = 0; w < WRITERS; w++) {
    const connection = connect();
    connections.push(connection);
    const log = connection.log(ID, SECRET);
    const heard: number[] = [];
    seen.push(heard);
    const entries = async (batch: readonly Entry[]): Promise<void> => {
      heard.push(...batch.map(({ seq }) => seq));
      await pause(given.pace);
    };
    log.watch({ entries }, 1);
    void write(log, w, acknowledged, () => pause(given.pace)).then(() => writing--);
  }
  const total = WRITERS * BATCHES * 2;
  await clock.until(() => writing === 0 && seen.every(({ length }) => length >= total), 2 * HOUR);

  const stored = logs.log(ID).map(({ id }) => toHex(id));
  expect(new Set(stored).size).toBe(total);
  expect(stored.length).toBe(total);
  for (const [id, seq] of acknowledged) expect(stored[seq - 1]).toBe(id);
  for (const heard of seen) expect(heard).toEqual(stored.map((_, i) => i + 1));
  for (const connection of connections) connection.close();
  sessions.stop();
}

async function write(
  log: ReturnType<Connection['log']>,
  writer: number,
  acknowledged: Map<string, number>,
  pause: () => Promise<void>,
): Promise<void> {
  for (let batch = 0; batch < BATCHES; batch++) {
    const entries = [0, 1].map(() => ({
      id: systemRandom(16),
      epoch: 0,
      body: Uint8Array.of(writer, batch),
    }));
    await pause();
    const { seqs } = await log.append(entries);
    for (const [i, { id }] of entries.entries()) acknowledged.set(toHex(id), seqs[i] ?? 0);
  }
}
