/** The ports by which time and chance enter this package: given at the edge, so that tests hold both. */

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `run` once, `ms` milliseconds from now at the earliest. What is returned prevents it. */
  setTimeout(run: () => void, ms: number): () => void;
}

/** So many random bytes from a cryptographic source. */
export type Random = (length: number) => Uint8Array;

/** The platform's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** The platform's own cryptographic randomness. */
export const systemRandom: Random = (length) =>
  globalThis.crypto.getRandomValues(new Uint8Array(length));

/** Resolves after `ms`, or as soon as `signal` aborts: no timer outlives what it was for. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** What `ask` gives, whose signal aborts after `ms`, or with `signal`. */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const cancel = clock.setTimeout(() => late.abort(), ms);
  try {
    return await ask(AbortSignal.any([signal, late.signal]));
  } finally {
    cancel();
  }
}

/** A random number from 0 up to, not including, 1: for spreading things out in time. */
export function fraction(random: Random): number {
  const [high = 0, low = 0] = random(2);
  return ((high << 8) | low) / 0x1_0000;
}
