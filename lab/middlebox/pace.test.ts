/** A line of so many bytes a second, by a clock of our own: on a machine that is too busy for its ticks, too. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pace } from './pace.ts';

const RATE = 1_000;
const TICK = 100;
/** The most that may go at once. */
const BURST = 400;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

function line() {
  const [from, to] = [new PassThrough(), new PassThrough()];
  let now = 0;
  let bytes = 0;
  const parts: number[] = [];
  to.on('data', (part: Buffer) => {
    parts.push(part.length);
    bytes += part.length;
  });
  pace(from, to, RATE, () => now);
  /** One tick, so many ms after the one before. Streams hand on what they have in their own time. */
  const tick = async (ms = TICK) => {
    now += ms;
    vi.advanceTimersByTime(TICK);
    await new Promise(setImmediate);
  };
  const says = async (count: number) => {
    from.write(Buffer.alloc(count));
    await new Promise(setImmediate);
  };
  return {
    ...{ from, to, parts, tick, says },
    get bytes() {
      return bytes;
    },
    /** At how many bytes a second all went by now. */
    get rate() {
      return (bytes * 1_000) / now;
    },
  };
}

test.each([
  { named: 'each in time', late: [TICK] },
  { named: 'four times as far apart', late: [4 * TICK] },
  { named: 'now and then three seconds late', late: [TICK, TICK, 3_000, ...Array(20).fill(TICK)] },
])('goes at its rate with ticks that are $named, and never much at once', async ({ late }) => {
  const one = line();
  await one.says(100_000);
  for (let count = 0; count < 10 * late.length; count++) await one.tick(late[count % late.length]);
  expect(one.rate).toBe(RATE);
  expect(Math.max(...one.parts)).toBeLessThanOrEqual(BURST);
});

test('passes on parts that come one by one at its rate, and ends when they do', async () => {
  const one = line();
  let ended = false;
  one.to.on('end', () => {
    ended = true;
  });
  for (let count = 0; count < 20; count++) one.from.write(Buffer.alloc(333));
  one.from.end();
  for (let seconds = 0; seconds < 6; seconds++) {
    for (let count = 0; count < 10; count++) await one.tick();
    expect(Math.abs(one.rate - RATE)).toBeLessThan(20);
  }
  expect(ended).toBe(false);
  for (let count = 0; count < 10; count++) await one.tick();
  expect(one.bytes).toBe(6_660);
  expect(ended).toBe(true);
});

test('saves nothing up while nothing is said, nor much while little is', async () => {
  const idle = line();
  await idle.tick(60_000);
  await idle.says(10_000);
  await idle.tick(50);
  expect(idle.bytes).toBe(50);
  const slow = line();
  for (let count = 0; count < 600; count++) {
    await slow.says(1);
    await slow.tick();
  }
  const before = slow.bytes;
  await slow.says(10_000);
  for (let count = 0; count < 10; count++) await slow.tick();
  expect(slow.bytes - before).toBeLessThanOrEqual(RATE + BURST);
});
