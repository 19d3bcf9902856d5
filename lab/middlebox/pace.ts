/** Lets bytes from one stream through to another no faster than told, holding the sender back by TCP itself. */
import type { Readable, Writable } from 'node:stream';

/** How often bytes are let through, in ms. */
const TICK = 100;
/** So many ms' worth go at once at most: where this machine was too busy for its ticks, the line catches up by and by. */
const MOST = 4 * TICK;

/** @param clock in ms: it goes by what time has passed, however many ticks there were in it */
export function pace(
  from: Readable,
  to: Writable,
  bytesPerSecond: number,
  clock = () => performance.now(),
): void {
  const most = (bytesPerSecond * MOST) / 1_000;
  let held = Buffer.alloc(0);
  let ended = false;
  let idle = true;
  let since = 0;
  let budget = 0;
  from.on('data', (part: Buffer) => {
    if (idle) since = clock();
    idle = false;
    held = Buffer.concat([held, part]);
    from.pause();
  });
  from.on('end', () => {
    ended = true;
  });
  const timer = setInterval(() => {
    if (held.length === 0) {
      // What was not used is not saved up: a slow line does not become a fast one by waiting.
      idle = true;
      budget = 0;
    } else {
      const now = clock();
      budget += ((now - since) * bytesPerSecond) / 1_000;
      since = now;
      const going = Math.min(held.length, Math.floor(Math.min(budget, most)));
      if (going > 0) to.write(held.subarray(0, going));
      held = held.subarray(going);
      budget -= going;
      if (held.length > 0) return;
      budget = Math.min(budget, most);
    }
    if (ended) {
      to.end();
      clearInterval(timer);
    } else from.resume();
  }, TICK);
  to.on('close', () => clearInterval(timer));
  from.on('close', () => {
    if (!ended) clearInterval(timer);
  });
}
