/** Deletes, hourly and in small steps between requests, what the host does not keep. */
import type { SteadyClock } from '@polynya/reach/steady-clock';
import type { Config } from './config.ts';
import type { Engine } from './engine.ts';
import { type Log, lineOf } from './server-log.ts';
import type { TrustedHours } from './trusted-hours.ts';

const HOUR = 3_600_000;
const DAY_HOURS = 24;

export interface RetentionOptions {
  readonly engine: Engine;
  readonly keep: Config['keep'];
  readonly clock: SteadyClock;
  readonly hours: TrustedHours;
  readonly log: Log;
}

/** Runs at once and then hourly. What is returned stops it and resolves when the run under way has ended. */
export function startRetention(options: RetentionOptions): () => Promise<void> {
  let stopped = false;
  let cancel = (): void => undefined;
  const loop = async (): Promise<void> => {
    try {
      await retainOnce(options, () => stopped);
    } catch (error) {
      options.log(lineOf(error));
    }
    if (stopped) return;
    cancel = options.clock.setTimeout(() => {
      running = loop();
    }, HOUR);
  };
  let running = loop();
  return () => {
    stopped = true;
    cancel();
    return running;
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
