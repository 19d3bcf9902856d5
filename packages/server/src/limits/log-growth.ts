/**
 * Bounds how fast a log grows, whoever appends: its oldest entries go when it is full, and nobody shall make them go
 * before the others had hours to read them. In memory, and by each process for itself.
 */
import type { NewEntry } from '@polynya/protocol/requests';
import type { Config, Rate } from '../config.ts';
import { ENTRY_BYTES } from '../engine/engine.ts';
import { type TokenBucket, TokenBuckets, type Toll } from './token-bucket.ts';

/** Of what a log holds, one part in so many may come at once; then as much as it holds in so many ms. */
const PARTS = 4;
const WHOLE_MS = 4 * 3_600_000;

export class LogGrowth {
  readonly #bytes: TokenBuckets;
  readonly #growth: Rate;
  readonly #commits: TokenBuckets;
  readonly #rates: Config['rates'];

  /** `buckets`: where Commits are counted, which all processes do together. */
  constructor({ keep: { logBytes }, rates }: Config, now: () => number, buckets: TokenBuckets) {
    this.#bytes = new TokenBuckets(now);
    this.#growth = { burst: logBytes / PARTS, everyMs: WHOLE_MS / logBytes };
    this.#commits = buckets;
    this.#rates = rates;
  }

  /** What entries cost that are appended to the log `key`, one token of each of `buckets` among it. */
  append(key: string, entries: readonly NewEntry[], buckets: readonly TokenBucket[]): Toll[] {
    const tolls: Toll[] = buckets.map((bucket) => ({ bucket, n: entries.length }));
    tolls.push(this.#toll(key, entries));
    return tolls;
  }

  /**
   * What a Commit costs, a token of `own` among it. Whoever is to be put out of a group cannot hold that up by what they
   * append to its log.
   */
  commit(key: string, entry: NewEntry, closes: boolean, own: TokenBucket): Toll[] {
    if (closes) return [{ bucket: own, n: 1 }, this.#toll(`close ${key}`, [entry])];
    const perLog = this.#commits.of(`commit ${key}`, this.#rates.commits);
    return this.append(key, [entry], [own, perLog]);
  }

  #toll(key: string, entries: readonly NewEntry[]): Toll {
    let n = 0;
    for (const { body } of entries) n += body.length + ENTRY_BYTES;
    return { bucket: this.#bytes.of(key, this.#growth), n };
  }
}
