/** When a receipt that is owed goes. */
import { expect, test } from 'vitest';
import type { ChatId } from '../api.ts';
import { Core } from './core.ts';
import type { Held } from './held.ts';
import type { World } from './world.ts';

const HOUR = 3_600_000;
const PAUSE = 2_000;

/** Of which nothing but the clock is asked. */
function coreAt(time: { now: number }): Core {
  const world = { clock: { now: () => time.now } } as unknown as World;
  return new Core(world, '00' as ChatId, {} as Held, {} as never);
}

/** ms until it goes, if it is asked again whenever it said. */
function waits(core: Core, time: { now: number }): number {
  const began = time.now;
  for (let asked = 0; asked < 10; asked++) {
    const due = core.receiptDueIn('delivered', time.now, PAUSE);
    if (due === 0) return time.now - began;
    time.now += due;
  }
  return Number.POSITIVE_INFINITY;
}

test('a receipt goes a moment after it is owed, and not within the pause behind the last one', () => {
  const time = { now: 10 * HOUR };
  const core = coreAt(time);
  time.now += HOUR;
  expect(waits(core, time)).toBe(300);
  core.receiptSent();
  expect(waits(core, time)).toBe(PAUSE);
});

test('a clock that is set back holds up no receipt beyond the pause', () => {
  const time = { now: 10 * HOUR };
  const core = coreAt(time);
  core.receiptSent();
  time.now -= HOUR;
  expect(waits(core, time)).toBe(PAUSE);

  core.receiptSent();
  time.now += HOUR;
  expect(core.receiptDueIn('delivered', time.now, PAUSE)).toBe(300);
  time.now -= HOUR;
  expect(waits(core, time)).toBeLessThanOrEqual(PAUSE);
});
