/**
 * Gives back the memory that V8 keeps from a rush. A thousand handshakes at once leave more that is over than what the
 * connections hold, and where it is quiet after them, as after a restart, V8 sees no reason to look for it. Where it is
 * not, V8 looks by itself, a little at a time, and those who talk need not wait for it.
 */
import { performance } from 'node:perf_hooks';
import type { SteadyClock } from '@polynya/reach/steady-clock';

/** Connections that make a rush, and have it end when in one look no more than one in so many of them came (count). */
const RUSH = 1_000;
const FEW = 50;
/** ms between two looks. */
const LOOK = 5_000;
/** It is quiet where the event loop had more to do for no larger part of its time. */
const WORK = 0.1;

export interface AfterRushPorts {
  /** Open now (count). */
  readonly connections: () => number;
  readonly clock: Pick<SteadyClock, 'setTimeout'>;
  /** Whether it was since this was asked last. */
  readonly quiet: () => boolean;
  /** Takes about 10 ms for a thousand connections. */
  readonly collect: () => Promise<void>;
  /** Hears of errors that are bugs. */
  readonly report: (error: unknown) => void;
}

/** Looks until what it answers is called. */
export function collectAfterRush({
  connections,
  clock,
  quiet,
  collect,
  report,
}: AfterRushPorts): () => void {
  /** How many there were when it was looked last, and when it was collected last, or fewer since. */
  let seen = 0;
  let settled = 0;
  const look = (): void => {
    cancel = clock.setTimeout(look, LOOK);
    const now = connections();
    const isQuiet = quiet();
    const came = now - settled;
    if (came < 0) settled = now;
    if (isQuiet && came >= RUSH && now - seen <= came / FEW) {
      settled = now;
      collect().catch(report);
    }
    seen = now;
  };
  let cancel = clock.setTimeout(look, LOOK);
  return () => cancel();
}

/** Answers whether this thread was quiet since it was asked last. */
export function quietOfThread(): () => boolean {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization <= WORK;
  };
}

/** Has V8 look through all of its memory at once. Its function for that is shown to contexts made after the flag is set. */
export async function collectGarbage(): Promise<void> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import('node:v8'),
    import('node:vm'),
  ]);
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
