/** The machine's own clocks, for what a host runs. */

export const hostClock = {
  /** Milliseconds since 1970. */
  now: () => Date.now(),
  /** Milliseconds since any fixed moment. */
  steady: () => performance.now(),
  /** What is returned prevents it. */
  setTimeout: (run: () => void, ms: number): (() => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
