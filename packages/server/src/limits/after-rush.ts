/**
 * Gives back the memory that V8 keeps from a rush. A thousand handshakes at once leave more that is over than what the
 * connections hold, and where it is quiet after them, as after a restart, V8 sees no reason to look for it.
 */
import type { SteadyClock } from '@polynya/reach/steady-clock';

/** Connections that make a rush, and have it end when in one look no more than one in so many of them came (count). */
const RUSH = 1_000;
const FEW = 50;
/** ms between two looks. */
const LOOK = 5_000;

export interface AfterRushPorts {
  /** Open now (count). */
  readonly connections: () => number;
  readonly clock: Pick<SteadyClock, 'setTimeout'>;
  /** Takes about 10 ms for a thousand connections. */
  readonly collect: () => Promise<void>;
  /** Hears of errors that are bugs. */
  readonly report: (error: unknown) => void;
}

/** Looks until what it answers is called. */
export function collectAfterRush({
  connections,
  clock,
  collect,
  report,
}: AfterRushPorts): () => void {
  /** How many there were when it was looked last, and when it was collected last, or fewer since. */
  let seen = 0;
  let settled = 0;
  const look = (): void => {
    cancel = clock.setTimeout(look, LOOK);
    const now = connections();
    const came = now - settled;
    if (came < 0) settled = now;
    if (came >= RUSH && now - seen <= came / FEW) {
      settled = now;
      collect().catch(report);
    }
    seen = now;
  };
  let cancel = clock.setTimeout(look, LOOK);
  return () => cancel();
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
