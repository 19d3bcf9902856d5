/** Everything a host may set about a server, with its defaults, checked in one place. */
import * as v from 'valibot';
import { LOG_BYTES, SUBSCRIPTIONS } from './engine/engine.ts';

/** Room for two of the largest batches. */
const LEAST_LOG = 2 * 1_048_576;

const count = (fallback: number) =>
  v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), fallback);
const positive = (fallback: number) =>
  v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)), fallback);
/** A token bucket: `burst` at once, then one in `everyMs`. */
const rate = (burst: number, everyMs: number) =>
  v.optional(v.strictObject({ burst: positive(burst), everyMs: count(everyMs) }), {});

const schema = v.strictObject({
  keep: v.optional(
    v.strictObject({
      /** Entries of logs, and blobs that are not large. */
      days: positive(30),
      largeBlobDays: positive(7),
      /** A blob of more bytes than this is large. */
      largeBlob: positive(1_048_576),
      /** The oldest go while the database uses more bytes than this: 1 TB. */
      maxBytes: positive(1_000_000_000_000),
      /** The oldest entries of a log go while it holds more bytes than this. */
      logBytes: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(LEAST_LOG)), LOG_BYTES),
    }),
    {},
  ),
  /**
   * What an admission by the host gives, and so bounds all that is granted from it: at most `bytes` of
   * blobs, by pieces of 64 KB, and `logs` times `keep.logBytes` of entries, none of them written down
   * with what paid for it.
   */
  allowance: v.optional(
    v.strictObject({
      logs: count(10_000),
      bytes: count(100_000_000_000),
      invites: count(10_000),
      /**
       * Bytes of blobs that one allowance may have stored at a time, nearly: what was stored counts less
       * with each day, and after `keep.days` no more.
       */
      stored: positive(500_000_000),
    }),
    {},
  ),
  rates: v.optional(
    v.strictObject({
      /** Commits that do not close, per log: as many at once as devices that a group holds. */
      commits: rate(32, 30_000),
      /** Entries, per log and session. */
      entries: rate(60, 1_000),
      /** Signals, per log and session. */
      signals: rate(64, 100),
      /** Logs, blobs, invites, admissions, contact tokens and stocks of KeyPackages, per session. */
      makes: rate(128, 500),
      /** Push subscriptions that are new to a log, per log: half as many at once as it holds. */
      subscriptions: rate(SUBSCRIPTIONS / 2, 30_000),
    }),
    {},
  ),
  http: v.optional(
    v.strictObject({
      connections: positive(20_000),
      headerBytes: positive(8_192),
      headersMs: positive(10_000),
      requestMs: positive(30_000),
      /** Longer than a POST may linger. */
      idleMs: positive(90_000),
      /** Requests under way when the server stops are waited for as long as this. */
      drainMs: count(10_000),
    }),
    {},
  ),
});

export type Config = v.InferOutput<typeof schema>;
export type ConfigInput = v.InferInput<typeof schema>;
export type Rate = Config['rates']['commits'];

/** The host's settings are not of the right form; `message` is one sentence. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Fills in the defaults. @throws ConfigError */
export function parseConfig(input: unknown = {}): Config {
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new ConfigError(`The setting "${v.getDotPath(issue) ?? ''}" is wrong: ${issue.message}.`);
}
