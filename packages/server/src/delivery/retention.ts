/** Deletes, hourly and in small steps between requests, what the host does not keep. */
import type { SteadyClock } from '@polynya/reach/steady-clock';
import type { Config } from '../config.ts';
import type { Engine } from '../engine/engine.ts';
import type { TrustedHours } from '../kept/trusted-hours.ts';
import { type Log, lineOf } from '../server-log.ts';

const HOUR = 3_600_000;
const DAY_HOURS = 24;

export interface RetentionOptions {
  readonly engine: Engine;
  readonly keep: Config['keep'];
  readonly clock: SteadyClock;
  readonly hours: TrustedHours;
  readonly log: Log;
}

export interface Retaining {
  /** One more run, after the one under way, by these ages instead of the host's. @throws StorageError */
  run(keep: Config['keep']): Promise<void>;
  /** When a run ended last, in ms since 1970. */
  last(): number | undefined;
  /** Resolves when the run under way has ended. */
  stop(): Promise<void>;
}

/** Runs at once and then hourly. */
export function startRetention(options: RetentionOptions): Retaining {
  const { clock, log } = options;
  let stopped = false;
  let cancel = (): void => undefined;
  let last: number | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = (keep: Config['keep']): Promise<void> => {
    const result = running.then(async () => {
      await retainOnce({ ...options, keep }, () => stopped);
      last = clock.now();
    });
    running = result.catch(() => undefined);
    return result;
  };
  const hourly = async (): Promise<void> => {
    await run(options.keep).catch((error: unknown) => log(lineOf(error)));
    if (!stopped) cancel = clock.setTimeout(hourly, HOUR);
  };
  void hourly();
  return {
    run,
    last: () => last,
    stop: () => {
      stopped = true;
      cancel();
      return running;
    },
  };
}

/** One run: chunk by chunk, then overwrites what it deleted. */
export async function retainOnce(
  { engine, keep, clock, hours, log }: RetentionOptions,
  stopped = () => false,
): Promise<void> {
  const started = clock.steady();
  const now = hours.hour();
  const since = Math.max(0, now - keep.days * DAY_HOURS);
  const retention = {
    now,
    entriesSince: since,
    blobsSince: since,
    largeBlobsSince: Math.max(0, now - keep.largeBlobDays * DAY_HOURS),
    largeBlob: keep.largeBlob,
    maxBytes: keep.maxBytes,
  };
  let chunks = 0;
  while (!stopped() && (await engine.retain(retention))) chunks++;
  if (stopped()) return;
  await engine.scrub();
  if (chunks > 0) log({ event: 'retention', chunks, ms: Math.round(clock.steady() - started) });
}
