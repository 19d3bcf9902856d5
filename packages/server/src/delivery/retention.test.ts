import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { TrustedHours } from '../kept/trusted-hours.ts';
import type { LogLine } from '../server-log.ts';
import { DeliveryBench, TestGroup, type TestSession } from '../test/delivery-bench.ts';
import { entry, hashOf, refused, secret } from '../test/ids.ts';
import { startRetention } from './retention.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let bench: DeliveryBench;
let timers: { run: () => void; ms: number }[];
let lines: LogLine[];
/** By how much the clock was set ahead of what passed. */
let ahead: number;
/** The hour that was kept on disk. */
let kept: number;
let stop: () => Promise<void>;
beforeEach(async () => {
  bench = await new DeliveryBench().start();
  timers = [];
  lines = [];
  ahead = 0;
  kept = 0;
  start();
});

/** As a server does, also after it was stopped. */
function start(): void {
  const clock = {
    now: () => bench.now,
    steady: () => bench.now - ahead,
    setTimeout: (run: () => void, ms: number) => {
      const timer = { run, ms };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  };
  const log = (line: LogLine) => void lines.push(line);
  const save = (hour: number) => {
    kept = hour;
  };
  const hours = new TrustedHours({ clock, last: kept, save, log });
  const options = { engine: bench.engine, keep: parseConfig().keep, clock, hours, log };
  ({ stop } = startRetention(options));
}
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

describe('a clock that jumps ahead', () => {
  let member: TestSession;
  beforeEach(async () => {
    member = await (await new TestGroup(bench).create()).member();
    await member.ask('append', { n: 1, entries: [entry()] });
    await hourly();
  });

  const set = (ms: number) => {
    bench.now += ms;
    ahead += ms;
  };
  const pass = async (ms: number) => {
    for (const end = bench.now + ms; bench.now < end; bench.now += HOUR) await hourly();
  };
  const first = async () => (await member.ask('watch', { n: 1 })).first;
  const events = () => lines.map(({ event }) => event);

  test('deletes nothing, says so once, and is believed when a day has confirmed it', async () => {
    set(3_650 * DAY);
    await pass(23 * HOUR);
    expect(await first()).toBe(1);
    expect(lines).toEqual([{ event: 'clock-jumped', hours: 3_650 * 24 }]);
    await pass(2 * HOUR);
    expect(await first()).toBe(2);
    expect(events()).toEqual(['clock-jumped', 'clock-trusted', 'retention']);
  });

  test('over a restart is found out by the hour that was kept, and restarts confirm nothing', async () => {
    for (let restart = 0; restart < 5; restart++) {
      await stop();
      timers = [];
      if (restart === 0) set(90 * DAY);
      start();
      await pass(20 * HOUR);
      expect(await first()).toBe(1);
    }
    await pass(DAY);
    expect(await first()).toBe(2);
  });

  test('again and again is not believed, and what is put right is at once', async () => {
    for (let jump = 0; jump < 4; jump++) {
      set(100 * DAY);
      await pass(20 * HOUR);
    }
    expect(await first()).toBe(1);
    set(-400 * DAY);
    await pass(2 * HOUR);
    expect(await first()).toBe(1);
    expect(events()).toEqual(['clock-jumped', 'clock-trusted']);
    await pass(31 * DAY);
    expect(await first()).toBe(2);
  });

  test('in doubt goes on deleting what is old by the time before', async () => {
    await pass(20 * DAY);
    set(900 * DAY);
    for (let i = 0; i < 11 * 24; i++) {
      if (i % 20 === 19) set(3 * HOUR);
      await pass(HOUR);
    }
    expect(await first()).toBe(2);
    expect(events()).toEqual(['clock-jumped', 'retention']);
  });
});

test('what comes in while the clock is set far back is dated by the time that passed, also over a restart', () => {
  const read = { ofDay: 500_000 * HOUR, steady: 0 };
  const clock = {
    now: () => read.ofDay,
    steady: () => read.steady,
    setTimeout: () => () => undefined,
  };
  const log = (line: LogLine) => void lines.push(line);
  const options = { clock, save: () => undefined, log };
  const hours = new TrustedHours({ ...options, last: 0 });
  read.ofDay += HOUR;
  read.steady += HOUR;
  expect(hours.now()).toBe(500_001 * HOUR);
  read.ofDay -= 40 * DAY;
  expect(hours.now()).toBe(500_001 * HOUR);
  expect(hours.hour()).toBe(500_001);
  expect(lines).toEqual([{ event: 'clock-jumped', hours: -40 * 24 }]);
  const restarted = new TrustedHours({ ...options, last: 500_001 });
  expect(restarted.now()).toBe(500_001 * HOUR);
  read.ofDay += 41 * DAY;
  expect(hours.now()).toBe(read.ofDay);
});
