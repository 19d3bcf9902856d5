/**
 * Token buckets, held in memory only: so many at once, then one every so often. Where a server has several processes,
 * each tells the others what it took (docs/decisions/2026-11-22-postgres.md).
 */
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Rate } from '../config.ts';

export class TokenBucket {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #taken: ((n: number) => void) | undefined;
  /** When the bucket will be full again, in the milliseconds of `now`. */
  #fullAt = 0;

  /** `taken` hears how many tokens are taken, less than none where they are given back. */
  constructor(rate: Rate, now: () => number, taken?: (n: number) => void) {
    this.#rate = rate;
    this.#now = now;
    this.#taken = taken;
  }

  /** Takes `n` tokens if they are all there; says whether it did. */
  take(n = 1): boolean {
    const now = this.#refill();
    const after = Math.max(this.#fullAt, now) + n * this.#rate.everyMs;
    if (after - now > this.#rate.burst * this.#rate.everyMs) return false;
    this.#fullAt = after;
    this.#taken?.(n);
    return true;
  }

  /** Puts back tokens that were not needed after all. */
  giveBack(n = 1): void {
    this.#fullAt -= n * this.#rate.everyMs;
    this.#taken?.(-n);
  }

  /** So many were taken of its like in another process: as many as are here, if there are fewer. */
  takenElsewhere(n: number): void {
    this.#fullAt = Math.max(this.#fullAt, this.#now()) + n * this.#rate.everyMs;
    this.#refill();
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

/** What was taken of one bucket. */
export interface Taken {
  readonly key: string;
  readonly rate: Rate;
  readonly n: number;
}

/** One bucket per key; those that are full again are forgotten. */
export class TokenBuckets {
  readonly #now: () => number;
  readonly #shared: boolean;
  readonly #buckets = new Map<string, { bucket: TokenBucket; rate: Rate }>();
  /** Since it was last told; undefined where nobody wants to hear. */
  #taken: Map<string, Taken> | undefined;
  #sweepAt = 1_024;

  /** `shared`: they are all processes' together, by `takenSince` and `takenElsewhere`. */
  constructor(now: () => number, shared = false) {
    this.#now = now;
    this.#shared = shared;
  }

  /** The bucket of `key`; a new one when its rate was changed. */
  of(key: string, rate: Rate): TokenBucket {
    const known = this.#buckets.get(key);
    if (known?.rate.burst === rate.burst && known.rate.everyMs === rate.everyMs)
      return known.bucket;
    if (this.#buckets.size >= this.#sweepAt) this.#sweep();
    const note = this.#shared ? (n: number) => this.#note(key, rate, n) : undefined;
    const bucket = new TokenBucket(rate, this.#now, note);
    this.#buckets.set(key, { bucket, rate });
    return bucket;
  }

  /** What was taken since the last call, and not given back; nothing the first time. */
  takenSince(): Taken[] {
    const taken = [...(this.#taken?.values() ?? [])].filter(({ n }) => n !== 0);
    this.#taken = new Map();
    return taken;
  }

  /** What another process says by `takenSince`. */
  takenElsewhere(taken: readonly Taken[]): void {
    for (const { key, rate, n } of taken) this.of(key, rate).takenElsewhere(n);
  }

  #note(key: string, rate: Rate, n: number): void {
    this.#taken?.set(key, { key, rate, n: (this.#taken.get(key)?.n ?? 0) + n });
  }

  #sweep(): void {
    for (const [key, { bucket }] of this.#buckets) if (bucket.full) this.#buckets.delete(key);
    this.#sweepAt = Math.max(1_024, this.#buckets.size * 2);
  }
}

/** Tokens of all the buckets, taken for one request. */
export class Fare {
  readonly #buckets: readonly TokenBucket[];
  readonly #n: number;
  /** Those that had as many. */
  readonly #taken: readonly TokenBucket[];

  constructor(buckets: readonly TokenBucket[], n: number) {
    this.#buckets = buckets;
    this.#n = n;
    this.#taken = buckets.filter((bucket) => bucket.take(n));
  }

  /** Whether all had as many. */
  get paid(): boolean {
    return this.#taken.length === this.#buckets.length;
  }

  /** Nothing new came of it. */
  giveBack(): void {
    for (const bucket of this.#taken) bucket.giveBack(this.#n);
  }

  /** The request was refused: gives back, and answers what to tell. A refusal `rate` says when to come again. */
  refused(error: unknown): unknown {
    // By what is there while these tokens are taken.
    const wait = Math.max(...this.#buckets.map((bucket) => bucket.wait(this.#n)));
    this.giveBack();
    if (!(error instanceof ProtocolError) || error.code !== 'rate') return error;
    return new ProtocolError('rate', error.message, wait);
  }
}

/**
 * Runs `use` with tokens of all the buckets, or tells it that there are none; they are given back when
 * nothing new came of it. A refusal `rate` says when to come again.
 */
export function limited<T>(
  buckets: readonly TokenBucket[],
  n: number,
  use: (may: boolean) => Promise<{ value: T; free: boolean }>,
): Promise<T> {
  const fare = new Fare(buckets, n);
  return use(fare.paid).then(
    ({ value, free }) => {
      if (free) fare.giveBack();
      return value;
    },
    (error: unknown) => {
      throw fare.refused(error);
    },
  );
}
