/** Token buckets, held in memory only: so many at once, then one every so often. */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Rate } from './config.ts';

export class TokenBucket {
  readonly #rate: Rate;
  readonly #now: () => number;
  /** When the bucket will be full again, in the milliseconds of `now`. */
  #fullAt = 0;

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Takes `n` tokens if they are all there; says whether it did. */
  take(n = 1): boolean {
    const now = this.#refill();
    const after = Math.max(this.#fullAt, now) + n * this.#rate.everyMs;
    if (after - now > this.#rate.burst * this.#rate.everyMs) return false;
    this.#fullAt = after;
    return true;
  }

  /** Puts back tokens that were not needed after all. */
  giveBack(n = 1): void {
    this.#fullAt -= n * this.#rate.everyMs;
  }

  /** Milliseconds until `n` tokens can be taken. */
  wait(n = 1): number {
    const { burst, everyMs } = this.#rate;
    const now = this.#refill();
    return Math.max(0, this.#fullAt + (n - burst) * everyMs - now);
  }

  get full(): boolean {
    return this.#fullAt <= this.#now();
  }

  /** A clock that was set back leaves a bucket empty at worst, not shut until the time it showed before. */
  #refill(): number {
    const now = this.#now();
    this.#fullAt = Math.min(this.#fullAt, now + this.#rate.burst * this.#rate.everyMs);
    return now;
  }
}

/** One bucket per key; those that are full again are forgotten. */
export class TokenBuckets {
  readonly #now: () => number;
  readonly #buckets = new Map<string, { bucket: TokenBucket; rate: Rate }>();
  #sweepAt = 1_024;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The bucket of `key`; a new one when its rate was changed. */
  of(key: string, rate: Rate): TokenBucket {
    const known = this.#buckets.get(key);
    if (known?.rate.burst === rate.burst && known.rate.everyMs === rate.everyMs)
      return known.bucket;
    if (this.#buckets.size >= this.#sweepAt) this.#sweep();
    const bucket = new TokenBucket(rate, this.#now);
    this.#buckets.set(key, { bucket, rate });
    return bucket;
  }

  #sweep(): void {
    for (const [key, { bucket }] of this.#buckets) if (bucket.full) this.#buckets.delete(key);
    this.#sweepAt = Math.max(1_024, this.#buckets.size * 2);
  }
}

/**
 * Runs `use` with tokens of all the buckets, or tells it that there are none; they are given back when
 * nothing new came of it. A refusal `rate` says when to come again.
 */
export async function limited<T>(
  buckets: readonly TokenBucket[],
  n: number,
  use: (may: boolean) => Promise<{ value: T; free: boolean }>,
): Promise<T> {
  const taken: TokenBucket[] = [];
  for (const bucket of buckets) if (bucket.take(n)) taken.push(bucket);
  const may = taken.length === buckets.length;
  let spent = false;
  try {
    const { value, free } = await use(may);
    spent = !free;
    return value;
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 'rate') throw error;
    const wait = Math.max(...buckets.map((bucket) => bucket.wait(n)));
    throw new ProtocolError('rate', error.message, wait);
  } finally {
    if (!spent) for (const bucket of taken) bucket.giveBack(n);
  }
}
