/** Lets bytes from one socket through to another no faster than told, holding the sender back by TCP itself. */
import type { Socket } from 'node:net';

/** How often bytes are let through, in ms. */
const TICK = 100;

export function pace(from: Socket, to: Socket, bytesPerSecond: number): void {
  let held = Buffer.alloc(0);
  let ended = false;
  let budget = 0;
  from.on('data', (part: Buffer) => {
    held = Buffer.concat([held, part]);
    from.pause();
  });
  from.on('end', () => {
    ended = true;
  });
  const timer = setInterval(() => {
    const share = (bytesPerSecond * TICK) / 1_000;
    // What was not used is not saved up: a slow line does not become a fast one by waiting.
    budget = held.length > 0 ? budget + share : 0;
    const now = Math.min(held.length, Math.floor(budget));
    if (now > 0) {
      to.write(held.subarray(0, now));
      held = held.subarray(now);
      budget -= now;
    }
    if (held.length > 0) return;
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
