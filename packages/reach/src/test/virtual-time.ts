/**
 * Time that passes only when nothing else is going on: no promise to be kept, no cryptography under
 * way. Hours of retries take as long as the work in them.
 */
import type { SteadyClock } from '../steady-clock.ts';

/** Turns of the event loop without work after which nothing is going on (count). */
const QUIET_TURNS = 4;

export class VirtualTime implements SteadyClock {
  #now = 0;
  #ofDay = 1_800_000_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#ofDay + this.#now;
  }

  steady(): number {
    return this.#now;
  }

  /** Sets the time of day ahead, or back if `ms` is negative, without any passing. */
  set(ms: number): void {
    this.#ofDay += ms;
  }

  setTimeout(run: () => void, ms: number): () => void {
    const timer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Lets time pass until `done`, or throws after `most` virtual ms. */
  async until(done: () => boolean, most: number): Promise<void> {
    const end = this.#now + most;
    for (;;) {
      await quiet();
      if (done()) return;
      const next = this.#timers.reduce((a, b) => (b.at < a.at ? b : a), {
        at: Number.POSITIVE_INFINITY,
        run: () => undefined,
      });
      if (next.at > end)
        throw new Error(`not done after ${most} ms, ${this.#timers.length} timers`);
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
  }
}

let underWay = 0;

/** Counts what Web Crypto has under way in this test file, on the real implementation. */
export function watchWebCrypto(): void {
  const real = globalThis.crypto.subtle;
  const counting = new Proxy(real, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        underWay++;
        try {
          return await Reflect.apply(member, target, args);
        } finally {
          underWay--;
        }
      };
    },
  });
  Object.defineProperty(globalThis.crypto, 'subtle', { value: counting, configurable: true });
}

async function quiet(): Promise<void> {
  for (let turns = 0; turns < QUIET_TURNS; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (underWay > 0) turns = -1;
  }
}
