/**
 * Logs that clients of this process watch, so that what other processes append reaches them too. A
 * watch is repeated as a heartbeat (docs/protocol.md, section 4), so who stops repeating is forgotten.
 */
import { keyOf } from '@polynya/reach/key-of';
import type { LogChange } from '../engine.ts';
import type { Logs } from './logs.ts';
import { shardOf } from './wake-ups.ts';

/** Longer than three heartbeats. In ms. */
const FOLLOWED = 100_000;
/** Bytes of bodies that are read at once. */
const CHUNK = 1_048_576;

interface Followed {
  readonly log: Uint8Array;
  /** The last seq that was announced; undefined while nobody knows where the log ends. */
  head: number | undefined;
  until: number;
}

export interface FollowedLogsOptions {
  readonly logs: Logs;
  /** Opens a stored body; undefined if its key is gone. */
  readonly open: (
    hour: number,
    place: { id: Uint8Array; number: number },
    body: Uint8Array,
  ) => Uint8Array | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly announce: (change: LogChange) => void;
}

export class FollowedLogs {
  readonly #options: FollowedLogsOptions;
  readonly #byLog = new Map<string, Followed>();
  #work: Promise<void> = Promise.resolve();

  constructor(options: FollowedLogsOptions) {
    this.#options = options;
  }

  /** Somebody watches `log`. */
  follow(log: Uint8Array): void {
    const until = this.#options.now() + FOLLOWED;
    const known = this.#byLog.get(keyOf(log));
    if (known) known.until = until;
    else this.#byLog.set(keyOf(log), { log, head: undefined, until });
  }

  /** Whoever watches `log` was told that it goes to `head`, and reads up to there. */
  told(log: Uint8Array, head: number): void {
    const known = this.#byLog.get(keyOf(log));
    if (known) known.head ??= head;
  }

  /** Announces what this process appended, unless it was announced already, and what others did before it. */
  appended(change: LogChange): void {
    const known = this.#byLog.get(keyOf(change.log));
    const [next] = change.entries;
    // The gap before it is announced first, so that seqs come in order.
    if (known?.head !== undefined && next && next.seq > known.head + 1)
      this.#later(() => this.#catchUp(known));
    else this.#announce(known, change);
  }

  /** Looks what others appended in these shards, or anywhere. */
  look(shards: ReadonlySet<number> | undefined): void {
    this.#later(async () => {
      const now = this.#options.now();
      for (const [key, followed] of this.#byLog) {
        if (followed.until < now) this.#byLog.delete(key);
        else if (!shards || shards.has(shardOf(followed.log))) await this.#catchUp(followed);
      }
    });
  }

  /** Resolves when nothing is being looked at any more. */
  idle(): Promise<void> {
    return this.#work;
  }

  #later(run: () => Promise<void>): void {
    // What cannot be read now is found by a heartbeat, or by the next notice.
    this.#work = this.#work.then(run).catch(() => undefined);
  }

  async #catchUp(followed: Followed): Promise<void> {
    const { logs, open } = this.#options;
    const { log } = followed;
    const row = await logs.row(log);
    while (followed.head !== undefined && followed.head < row.head) {
      const stored = await logs.entries(log, followed.head + 1, row.head, CHUNK);
      const entries = stored.flatMap(({ hour, ...entry }) => {
        const body = open(hour, { id: log, number: entry.seq }, entry.body);
        return body ? [{ ...entry, body }] : [];
      });
      const last = stored.at(-1)?.seq ?? row.head;
      this.#announce(followed, { log, row, entries });
      followed.head = Math.max(followed.head ?? 0, last);
    }
  }

  #announce(followed: Followed | undefined, { log, row, entries }: LogChange): void {
    const fresh = entries.filter(({ seq }) => seq > (followed?.head ?? 0));
    if (fresh.length === 0) return;
    if (followed) followed.head = fresh.at(-1)?.seq ?? followed.head;
    this.#options.announce({ log, row, entries: fresh });
  }
}
