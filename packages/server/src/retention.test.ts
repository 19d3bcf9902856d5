import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import { startRetention } from './retention.ts';
import type { LogLine } from './server-log.ts';
import { DeliveryBench, TestGroup } from './test/delivery-bench.ts';
import { entry, hashOf, refused, secret } from './test/ids.ts';

const DAY = 24 * 3_600_000;

let bench: DeliveryBench;
let timers: { run: () => void; ms: number }[];
let lines: LogLine[];
let stop: () => Promise<void>;
beforeEach(async () => {
  bench = await new DeliveryBench().start();
  timers = [];
  lines = [];
  const clock = {
    now: () => bench.now,
    setTimeout: (run: () => void, ms: number) => {
      const timer = { run, ms };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  };
  const log = (line: LogLine) => void lines.push(line);
  stop = startRetention({ engine: bench.engine, keep: parseConfig().keep, clock, log });
});
afterEach(async () => {
  await stop();
  await bench.close();
});

/** Waits for the run under way, then lets an hour's timer run. */
async function hourly(): Promise<void> {
  while (timers.length === 0) await new Promise(setImmediate);
  timers.shift()?.run();
  while (timers.length === 0) await new Promise(setImmediate);
}

test('entries are deleted after 30 days, on an hourly run, and not before', async () => {
  const group = await new TestGroup(bench).create();
  const member = await group.member();
  await member.ask('append', { n: 1, entries: [entry()] });
  bench.now += 29 * DAY;
  await member.ask('append', { n: 1, entries: [entry()] });
  await hourly();
  expect((await member.ask('watch', { n: 1 })).first).toBe(1);
  bench.now += 2 * DAY;
  await hourly();
  expect(await member.ask('watch', { n: 1 })).toMatchObject({ first: 2, head: 2 });
  expect(timers).toMatchObject([{ ms: 3_600_000 }]);
  expect(lines).toMatchObject([{ event: 'retention', chunks: 1 }]);
});

test('an invite is forgotten 30 days after it has expired', async () => {
  const [invite, allowance] = [secret(), secret()];
  const until = Math.floor(bench.now / 1_000) + 3_600;
  const hash = hashOf(invite);
  await bench.session().ask('grant', { allowance: bench.allowance, hash, uses: 1, until });
  bench.now += DAY;
  const admit = () => bench.session().ask('admit', { invite, allowance });
  await hourly();
  await expect(admit()).rejects.toMatchObject(refused('expired'));
  bench.now += 30 * DAY;
  await hourly();
  await expect(admit()).rejects.toMatchObject(refused('not-found'));
});

test('stopping ends the timer', async () => {
  await hourly();
  await stop();
  expect(timers).toEqual([]);
});
